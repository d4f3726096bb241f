// Finds errors that nobody would see, and exits with 1 if there are any: swallowed ones without a log line or a comment, and in the
// web app promises that nobody waits for.
//   node scripts/catches.ts
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findDroppedPromises, findNeverRejecting } from './sources/dropped.promises.ts';
import { findSwallowedErrors } from './sources/swallowed.errors.ts';

const root = join(import.meta.dirname, '..');
const WEB = 'web/';
const GENERATED = '/generated/';
const SOURCES = '{platform/src,schema/events,supergraph/src,subgraphs/*/src,web/src,scripts}/**/*.{ts,tsx}';

let found = 0;
const web = new Map<string, string>();
for await (const path of glob(SOURCES, { cwd: root })) {
  const text = await readFile(join(root, path), 'utf8');
  if (path.startsWith(WEB) && !path.includes(GENERATED)) web.set(path, text);
  for (const place of findSwallowedErrors(path, text)) {
    process.stderr.write(
      `${place}: this catch drops the error. Log its meaning for the operator, or state in a comment why nothing is lost.\n`,
    );
    found++;
  }
}

const safe = new Set([...web].flatMap(([path, text]) => findNeverRejecting(path, text)));
for (const [path, text] of web) {
  for (const problem of findDroppedPromises(path, text, safe)) {
    process.stderr.write(
      `${problem}. Give the work to \`useAction\` and show its \`ActionFailure\`, or say 'Never rejects' in the comment of a function that keeps its failures.\n`,
    );
    found++;
  }
}
process.exit(found > 0 ? 1 : 0);
