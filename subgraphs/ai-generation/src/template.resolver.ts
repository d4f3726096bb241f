import { requireScope } from '@vibecode/platform/scope';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import type { GenerationContext } from './context.ts';
import { searchTemplatesInput } from './generation.input.ts';
import { TemplateMatch } from './template.entity.ts';

@Resolver()
export class TemplateResolver {
  @Query(() => [TemplateMatch], { description: 'The most similar templates, best first.' })
  async searchTemplates(
    @Ctx() { viewer, templates, signal }: GenerationContext,
    @Arg('query', () => String) query: string,
    @Arg('language', () => String, { nullable: true }) language: string | null,
    @Arg('framework', () => String, { nullable: true }) framework: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 3 }) first: number | null,
  ): Promise<TemplateMatch[]> {
    requireScope(viewer, 'generation:read');
    const input = parseInput(searchTemplatesInput, { query, language, framework, first: first ?? 3 });
    return (await templates.searchStrictly({ ...input, signal })) as TemplateMatch[];
  }
}
