import { requireScope } from '@vibecode/platform/scope';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { Arg, Ctx, ID, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { GenerationContext } from './context.ts';
import { searchTemplatesInput } from './generation.input.ts';
import { Template, TemplateMatch } from './template.entity.ts';
import { AddTemplateInput } from './template.input.ts';

@Resolver()
export class TemplateResolver {
  @Query(() => [TemplateMatch], { description: "The most similar templates, best first: everybody's and your own." })
  async searchTemplates(
    @Ctx() { viewer, search, signal }: GenerationContext,
    @Arg('query', () => String) query: string,
    @Arg('language', () => String, { nullable: true }) language: string | null,
    @Arg('framework', () => String, { nullable: true }) framework: string | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 3 }) first: number | null,
  ): Promise<TemplateMatch[]> {
    const { userId } = requireScope(viewer, 'generation:read');
    const input = parseInput(searchTemplatesInput, { query, language, framework, first: first ?? 3 });
    return (await search.searchStrictly({ ...input, ownerId: userId, signal })) as TemplateMatch[];
  }

  @Mutation(() => Template, {
    description:
      'Adds a template of your own, which only you find, see and use. The same content again answers with the template that is there.',
  })
  addTemplate(
    @Ctx() { viewer, templates }: GenerationContext,
    @Arg('input', () => AddTemplateInput) input: AddTemplateInput,
  ): Promise<Template> {
    return templates.add(requireScope(viewer, 'generation:write'), input);
  }

  @Mutation(() => Template, {
    description: "Adds a template of your own from the text files of a project's newest version.",
  })
  importTemplate(
    @Ctx() { viewer, templates, signal }: GenerationContext,
    @Arg('projectId', () => ID) projectId: string,
    @Arg('title', () => String) title: string,
    @Arg('description', () => String) description: string,
  ): Promise<Template> {
    // What is imported can be read through the template.
    requireScope(viewer, 'project:read');
    const input = { projectId, title, description };
    return templates.importProject(requireScope(viewer, 'generation:write'), input, signal);
  }

  @Mutation(() => Boolean, { description: 'Deletes a template of your own. What was generated with it stays.' })
  async deleteTemplate(
    @Ctx() { viewer, templates }: GenerationContext,
    @Arg('id', () => ID) id: string,
  ): Promise<boolean> {
    await templates.delete(requireScope(viewer, 'generation:write'), id);
    return true;
  }
}
