// Measures what a browser loads before the first page is visible: the page, its scripts and its styles, compressed by gzip.
//   node scripts/web-size.ts       exits with 1 over the limit
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 165_000;
const dist = join(import.meta.dirname, '..', 'web', 'dist');

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const manifest = JSON.parse(await readFile(join(dist, '.vite', 'manifest.json'), 'utf8')) as Record<string, Chunk>;
const files = new Set(['index.html', 'theme.js', 'icon.svg']);
const seen = new Set<string>();

function add(key: string): void {
  const chunk = manifest[key];
  if (!chunk || seen.has(key)) return;
  seen.add(key);
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) add(imported);
}
add('index.html');

let total = 0;
const lines: string[] = [];
for (const file of files) {
  const bytes = gzipSync(await readFile(join(dist, file))).length;
  total += bytes;
  lines.push(`${String(bytes).padStart(8)} ${file}`);
}
process.stdout.write(`${lines.sort().reverse().join('\n')}\n${total} of ${LIMIT_BYTES} bytes\n`);
process.exit(total > LIMIT_BYTES ? 1 : 0);
