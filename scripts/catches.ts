// Finds swallowed errors without a log line or a comment, and exits with 1 if there are any.
//   node scripts/catches.ts
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findSwallowedErrors } from './sources/swallowed.errors.ts';

const root = join(import.meta.dirname, '..');
/** In the web app, Apollo Client keeps the error of a query or mutation, and the component shows it. */
const SHOWN = 'web/';
const SOURCES = '{platform/src,schema/events,supergraph/src,subgraphs/*/src,web/src,scripts}/**/*.{ts,tsx}';

let found = 0;
for await (const path of glob(SOURCES, { cwd: root })) {
  for (const place of findSwallowedErrors(path, await readFile(join(root, path), 'utf8'), path.startsWith(SHOWN))) {
    process.stderr.write(
      `${place}: this catch drops the error. Log its meaning for the operator, or state in a comment why nothing is lost.\n`,
    );
    found++;
  }
}
process.exit(found > 0 ? 1 : 0);
