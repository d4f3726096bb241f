import { isUuid } from '@vibecode/platform/id';
import { Field, ID, InputType, Int } from 'type-graphql';
import { z } from 'zod';
import { GenerationFlow, MOST_REPAIRS } from './generation.flow.ts';
import { imagesInput } from './image.input.ts';
import { MOST_MAX_TOKENS } from './token.budget.ts';

const MOST_PROMPT_BYTES = 100_000;
const MOST_NAME_CHARACTERS = 200;
const MOST_CONTEXT_PATHS = 50;

@InputType()
export class StartGenerationInput {
  @Field(() => ID)
  projectId: string;

  @Field(() => String)
  prompt: string;

  @Field(() => String, { nullable: true })
  model?: string | null;

  @Field(() => Int, { nullable: true })
  maxTokens?: number | null;

  @Field(() => ID, { nullable: true })
  parentId?: string | null;

  @Field(() => String)
  clientRequestId: string;

  @Field(() => [String], { nullable: true, description: 'Files of the project that the model must see.' })
  contextPaths?: string[] | null;

  @Field(() => GenerationFlow, {
    nullable: true,
    defaultValue: GenerationFlow.AUTO,
    description: 'How the model is asked; maxTokens holds for each call.',
  })
  flow?: GenerationFlow | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 0,
    description: 'How often the result is run and its error given back, 0 to 2. What waits for a review is not run.',
  })
  maxRepairs?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: 'Whether the changes wait for acceptGeneration before they reach the project.',
  })
  review?: boolean | null;

  @Field(() => [String], { nullable: true, description: 'Data URLs, for models that see.' })
  images?: string[] | null;
}

const text = z
  .string()
  .refine((value) => !value.includes('\0'), 'must not contain U+0000')
  .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');
export const uuid = z
  .string()
  .refine(isUuid, 'expected a UUID')
  .transform((id) => id.toLowerCase());
const name = text.pipe(
  z
    .string()
    .min(1, 'must not be empty')
    .max(MOST_NAME_CHARACTERS, `expected at most ${MOST_NAME_CHARACTERS} characters`),
);

/** What `startGeneration` takes; a missing option is null. */
export const startGenerationInput = z.object({
  projectId: uuid,
  prompt: text
    .refine((prompt) => prompt.trim() !== '', 'must not be empty; say what to make')
    .refine(
      (prompt) => Buffer.byteLength(prompt) <= MOST_PROMPT_BYTES,
      `expected at most ${MOST_PROMPT_BYTES} bytes; put long material into files of the project`,
    ),
  model: name.nullish().transform((value) => value ?? null),
  maxTokens: z
    .int()
    .min(1, `expected a whole number from 1 to ${MOST_MAX_TOKENS}`)
    .max(MOST_MAX_TOKENS, `expected a whole number from 1 to ${MOST_MAX_TOKENS}`)
    .nullish()
    .transform((value) => value ?? null),
  parentId: uuid.nullish().transform((value) => value ?? null),
  clientRequestId: name,
  contextPaths: z
    .array(text)
    .max(MOST_CONTEXT_PATHS, `expected at most ${MOST_CONTEXT_PATHS} paths`)
    .nullish()
    .transform((value) => value ?? []),
  flow: z
    .enum(GenerationFlow)
    .nullish()
    .transform((value) => value ?? GenerationFlow.AUTO),
  maxRepairs: z
    .int()
    .min(0, `expected a whole number from 0 to ${MOST_REPAIRS}`)
    .max(MOST_REPAIRS, `expected a whole number from 0 to ${MOST_REPAIRS}`)
    .nullish()
    .transform((value) => value ?? 0),
  images: imagesInput,
  review: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
});

/** Which of the proposed changes are accepted; null: all. */
export const acceptedPathsInput = z.object({
  paths: z
    .array(z.string())
    .min(1, 'expected at least one path; to accept none, reject the generation')
    .max(1_000, 'expected at most 1000 paths')
    .nullish()
    .transform((value) => value ?? null),
});

export const searchTemplatesInput = z.object({
  query: text
    .refine((query) => query.trim() !== '', 'must not be empty')
    .refine((query) => Buffer.byteLength(query) <= 10_000, 'expected at most 10000 bytes'),
  language: name.nullish().transform((value) => value ?? null),
  framework: name.nullish().transform((value) => value ?? null),
  first: z.int().min(1, 'expected a whole number from 1 to 20').max(20, 'expected a whole number from 1 to 20'),
});
