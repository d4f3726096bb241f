import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { packageDir } from '../package.dir.ts';
import type { TemplateSource } from '../template.seeding.ts';

const description = z.strictObject({
  title: z.string().min(1),
  description: z.string().min(1),
  language: z.string().regex(/^[a-z+#]+$/, 'expected lower case'),
  framework: z
    .string()
    .regex(/^[a-z.]+$/, 'expected lower case')
    .nullable(),
  tags: z.array(z.string()),
});

/**
 * The templates of this package: each a directory of `templates/` with what it is in `template.json`, and the project itself, which
 * runs as it lies there, in `files/`.
 */
export async function loadTemplates(root = join(packageDir, 'templates')): Promise<TemplateSource[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const slugs = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    slugs.sort().map(async (slug) => ({
      slug,
      ...description.parse(JSON.parse(await readFile(join(root, slug, 'template.json'), 'utf8'))),
      files: await readFiles(join(root, slug, 'files')),
    })),
  );
}

async function readFiles(root: string): Promise<{ path: string; content: string }[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: relative(root, path).split(sep).join('/'),
      content: await readFile(path, 'utf8'),
    })),
  );
}
