import { lineOf, paragraphsOf, storableText } from '@vibecode/platform/text';
import { Field, InputType } from 'type-graphql';
import { z } from 'zod';
import { uuid } from './generation.input.ts';

@InputType()
export class TemplateFileInput {
  @Field(() => String)
  path: string;

  @Field(() => String)
  content: string;
}

@InputType()
export class AddTemplateInput {
  @Field(() => String)
  title: string;

  @Field(() => String)
  description: string;

  @Field(() => String)
  language: string;

  @Field(() => String, { nullable: true })
  framework?: string | null;

  @Field(() => [String], { nullable: true })
  tags?: string[] | null;

  @Field(() => [TemplateFileInput])
  files: TemplateFileInput[];
}

const MAX_TAGS = 30;

const title = lineOf(200);
const description = paragraphsOf(2_000).refine((text) => text !== '', 'expected what the template is for');
/** Searches compare in lower case. */
const technology = lineOf(60).transform((name) => name.toLowerCase());

/** Its files are checked by `assertTemplateFiles`, which has codes of its own. */
export const addTemplateInput = z.object({
  title,
  description,
  language: technology,
  framework: technology.nullish().transform((value) => value ?? null),
  tags: z
    .array(lineOf(60))
    .max(MAX_TAGS, `expected at most ${MAX_TAGS} tags`)
    .nullish()
    .transform((value) => [...new Set(value ?? [])]),
  files: z.array(z.object({ path: z.string(), content: z.string() })),
});

export const importTemplateInput = z.object({ projectId: uuid, title, description });

/** Whether a database and JSON keep the text as it is; a binary file is none. */
export function isStorable(text: string): boolean {
  return storableText.safeParse(text).success;
}
