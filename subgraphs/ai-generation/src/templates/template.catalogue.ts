import type { TemplateSource } from '../template.seeding.ts';
import { fillPlaceholders } from './placeholder.ts';
import { findValue } from './prompt.values.ts';
import type { TemplateDescription } from './template.description.ts';

export interface TemplateFile {
  readonly path: string;
  readonly content: string;
}

/** A template of this package. `files` have their defaults filled in and run as they are; `patterns` hold the placeholders. */
export interface ParameterizedTemplate extends Pick<TemplateSource, 'slug' | 'files'>, TemplateDescription {
  readonly patterns: readonly TemplateFile[];
}

/** The files of a template with its parameters filled from a prompt, defaults where the prompt says nothing. */
export function instantiateTemplate(
  { parameters, patterns }: Pick<ParameterizedTemplate, 'parameters' | 'patterns'>,
  prompt: string,
): TemplateFile[] {
  const values = new Map(
    parameters.map((parameter) => {
      const found = parameter.from && prompt !== '' ? findValue(parameter.from, prompt) : null;
      return [parameter.name, found ?? parameter.default];
    }),
  );
  return patterns.map(({ path, content }) => ({ path, content: fillPlaceholders(path, content, values) }));
}

/**
 * Finds a template of this package again by its files, which is all that stays the same between a directory and what retrieval
 * brings back from the database.
 */
export class TemplateCatalogue {
  readonly #templates: ReadonlyMap<string, ParameterizedTemplate>;

  constructor(templates: readonly ParameterizedTemplate[]) {
    this.#templates = new Map(templates.map((template) => [toKey(template.files), template]));
  }

  /** The files for a prompt: instantiated where the template has parameters, or else (a user's own) as they are. */
  instantiate(files: readonly TemplateFile[], prompt: string): readonly TemplateFile[] {
    const template = this.#templates.get(toKey(files));
    return template ? instantiateTemplate(template, prompt) : files;
  }
}

function toKey(files: readonly TemplateFile[]): string {
  return JSON.stringify(files.map(({ path, content }) => [path, content]).sort());
}
