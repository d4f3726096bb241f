import { createHash } from 'node:crypto';
import type { TemplateContent } from './models/model.ts';
import type { Template } from './template.entity.ts';

export type TemplateRow = Omit<Template, 'id'>;

/** The row of a template, with what is searched of it. One of `slug` and `ownerId` is null. */
export function toTemplateRow(
  content: Omit<TemplateContent, 'id'>,
  { slug, ownerId }: Pick<TemplateRow, 'slug' | 'ownerId'>,
): TemplateRow {
  const { title, description, language, framework, tags, files } = content;
  const row = {
    slug,
    title,
    description,
    language,
    framework,
    tags: [...tags],
    files: files.map(({ path, content }) => ({ path, content })),
  };
  const names = files.map(({ path }) => path).join(' ');
  const document = [title, description, [language, framework, ...tags].filter(Boolean).join(' '), names].join('\n');
  const contentSha256 = createHash('sha256')
    .update(JSON.stringify([row, document]))
    .digest('hex');
  return { ...row, ownerId, document, contentSha256 };
}
