import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { AppError } from '@vibecode/platform/errors';
import { z } from 'zod';
import { packageDir } from '../package.dir.ts';
import { findPlaceholders, takesPlaceholders } from './placeholder.ts';
import { instantiateTemplate, type ParameterizedTemplate, type TemplateFile } from './template.catalogue.ts';
import { type TemplateDescription, templateDescription } from './template.description.ts';

/** A template directory that cannot be used. `details.file` says which file, `details.problems` each field and what is wrong. */
class TemplateInvalidError extends AppError {
  constructor(file: string, problems: readonly string[], cause?: unknown) {
    super('GENERATION_TEMPLATE_INVALID', `The template file ${file} cannot be used:\n  ${problems.join('\n  ')}`, {
      details: { file, problems },
      cause,
    });
  }
}

/**
 * The templates of this package: each a directory of `templates/` with what it is in `template.json`, and the project itself in
 * `files/`.
 *
 * @throws TemplateInvalidError naming the file and field of the first directory that cannot be used
 */
export async function loadTemplates(root = join(packageDir, 'templates')): Promise<ParameterizedTemplate[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const slugs = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(slugs.sort().map((slug) => loadTemplate(root, slug)));
}

async function loadTemplate(root: string, slug: string): Promise<ParameterizedTemplate> {
  const file = `${slug}/template.json`;
  const description = parseDescription(file, await readFile(join(root, slug, 'template.json'), 'utf8'));
  const patterns = await readFiles(join(root, slug, 'files'));
  const problems = findProblems(description, patterns);
  if (problems.length > 0) throw new TemplateInvalidError(file, problems);
  return { slug, ...description, patterns, files: instantiateTemplate({ ...description, patterns }, '') };
}

function parseDescription(file: string, text: string): TemplateDescription {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new TemplateInvalidError(
      file,
      [`not JSON: ${error instanceof Error ? error.message : String(error)}`],
      error,
    );
  }
  const parsed = templateDescription.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${z.core.toDotPath(path) || 'the whole'}: ${message}`,
  );
  throw new TemplateInvalidError(file, problems, parsed.error);
}

/** What the schema cannot see: how description and files agree. */
function findProblems({ entrypoint, parameters }: TemplateDescription, files: readonly TemplateFile[]): string[] {
  const problems: string[] = [];
  if (!files.some(({ path }) => path === entrypoint)) problems.push(`entrypoint: there is no files/${entrypoint}`);
  const declared = new Set<string>();
  for (const [index, { name }] of parameters.entries()) {
    if (declared.has(name)) problems.push(`parameters[${index}].name: '${name}' is declared twice`);
    declared.add(name);
  }
  const used = new Set<string>();
  for (const { path, content } of files) {
    for (const name of findPlaceholders(content)) {
      used.add(name);
      if (!declared.has(name)) problems.push(`files/${path}: {{${name}}} is not among the parameters`);
      else if (!takesPlaceholders(path)) problems.push(`files/${path}: a file of this kind cannot hold {{${name}}}`);
    }
  }
  for (const [index, { name }] of parameters.entries()) {
    if (!used.has(name)) problems.push(`parameters[${index}].name: no file holds {{${name}}}`);
  }
  return problems;
}

async function readFiles(root: string): Promise<TemplateFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: relative(root, path).split(sep).join('/'),
      content: await readFile(path, 'utf8'),
    })),
  );
}
