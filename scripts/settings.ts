// Makes docs/settings.md out of the settings that the code reads, so that the two cannot part.
//   node scripts/settings.ts           writes it
//   node scripts/settings.ts --check   exits 1 when it is out of date
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceNames } from '@vibecode/platform/services';
import { embeddedSettings, serviceSettings } from '@vibecode/platform/settings';
import type { z } from 'zod';
import { loadOwnSettings } from './own-settings.ts';

const path = join(import.meta.dirname, '..', 'docs', 'settings.md');

function toRows(shape: Record<string, z.ZodType>): string[] {
  return Object.entries(shape).map(([name, schema]) => {
    const absent = schema.safeParse(undefined);
    const whenAbsent = !absent.success ? '**required**' : absent.data === undefined ? '' : `\`${String(absent.data)}\``;
    const meaning = schema.description ?? (schema as { unwrap?: () => z.ZodType }).unwrap?.().description ?? '';
    return `| \`${name}\` | ${whenAbsent} | ${meaning} |`;
  });
}

function table(shape: Record<string, z.ZodType>): string {
  return ['| Setting | Default | Meaning |', '|---|---|---|', ...toRows(shape)].join('\n');
}

const sections: string[] = [
  '# Settings',
  [
    'Made by `npm run settings`; do not edit. All settings are environment variables. An empty value counts as left out.',
    'Every problem is reported at once, and the process ends with exit code 1.',
  ].join('\n'),
  '## `npm start`',
  'Everything in one process. Whatever is not named here by a URL is embedded; with `NODE_ENV=production`, all of it is required.',
  table(embeddedSettings),
  '## A service as a process of its own',
  'In-process drivers serve one process only, so that all backing services are required here.',
];
for (const service of serviceNames) {
  sections.push(`### ${service}`, table({ ...serviceSettings(service), ...(await loadOwnSettings(service)) }));
}
const text = `${sections.join('\n\n')}\n`;

if (process.argv.includes('--check')) {
  // A file that cannot be read is out of date.
  if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    process.stderr.write("docs/settings.md is out of date: run 'npm run settings' and commit it.\n");
    process.exit(1);
  }
} else {
  await writeFile(path, text);
}
