import { InvalidInputError } from '@vibecode/platform/errors';
import { findPathProblem, foldPath, toFolders } from '@vibecode/platform/file.path';
import { toProjectPath } from './answer/answer.paths.ts';
import { TemplatePathError, TemplateTooLargeError } from './errors.ts';
import { isStorable } from './template.input.ts';
import type { TemplateFile } from './templates/template.catalogue.ts';

/** Of one template of a user. What is larger would not fit into the prompt of any model. */
export const TEMPLATE_LIMITS = { files: 200, fileBytes: 256 * 1024, totalBytes: 512 * 1024 };

/**
 * Requires files that a project could hold, and that an answer could write.
 *
 * @param field the files' position in the input, for the error
 * @throws InvalidInputError without a file, or for one that is not text; TemplatePathError; TemplateTooLargeError
 */
export function assertTemplateFiles(files: readonly TemplateFile[], field: string): void {
  const { files: mostFiles, fileBytes, totalBytes } = TEMPLATE_LIMITS;
  if (files.length === 0) throw new InvalidInputError(field, `${field}: expected at least one text file.`);
  if (files.length > mostFiles) throw new TemplateTooLargeError(field, 'files', mostFiles, files.length);
  let bytes = 0;
  for (const [index, { path, content }] of files.entries()) {
    assertTemplatePath(path, `${field}.${index}.path`);
    if (!isStorable(content))
      throw new InvalidInputError(
        `${field}.${index}.content`,
        `${field}.${index}.content: '${path}' is not text. Expected Unicode text without U+0000; leave binary files out.`,
      );
    const size = Buffer.byteLength(content);
    if (size > fileBytes)
      throw new TemplateTooLargeError(`${field}.${index}.content`, 'bytes of a file', fileBytes, size);
    bytes += size;
  }
  if (bytes > totalBytes) throw new TemplateTooLargeError(field, 'bytes in total', totalBytes, bytes);
  assertApart(files, field);
}

function assertTemplatePath(path: string, field: string): void {
  const problem = findPathProblem(path);
  if (problem) throw new TemplatePathError(field, path, problem);
  // What a model that copies the path could not write.
  const written = toProjectPath(path);
  if ('problem' in written) throw new TemplatePathError(field, path, written.problem);
  if (written.path !== path) throw new TemplatePathError(field, path, `would be written as '${written.path}'`);
}

/** No two paths that some file system takes for one, and no file where another one needs a folder. */
function assertApart(files: readonly TemplateFile[], field: string): void {
  const indexes = new Map<string, number>();
  for (const [index, { path }] of files.entries()) {
    const folded = foldPath(path);
    const other = indexes.get(folded);
    if (other !== undefined)
      throw new TemplatePathError(`${field}.${index}.path`, path, `is the path of ${field}.${other} too`);
    indexes.set(folded, index);
  }
  for (const [index, { path }] of files.entries()) {
    for (const folder of toFolders(path)) {
      const other = indexes.get(foldPath(folder));
      if (other !== undefined)
        throw new TemplatePathError(`${field}.${index}.path`, path, `needs a folder where ${field}.${other} is a file`);
    }
  }
}
