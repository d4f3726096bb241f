// Jest's `filter` for the fast tests: unit tests that start nothing heavier than a timer, neither directly nor in the suites and
// fixtures that they import. Tests that start a database, a subgraph, a sandbox, a gateway or a process run with `npm test` only.
const { existsSync, readFileSync } = require('node:fs');
const { dirname, resolve } = require('node:path');

const STARTS = /\b(?:start|open|spawn|fork|exec)[A-Z]?\w*\(|new \w*(?:Sandbox|Worker)\(|\.listen\(/;
const IMPORT = /from '(\.[^']+\.ts)'/g;

function starts(path, seen = new Set()) {
  if (seen.has(path) || !existsSync(path)) return false;
  seen.add(path);
  const source = readFileSync(path, 'utf8');
  if (STARTS.test(source)) return true;
  return [...source.matchAll(IMPORT)]
    .map(([, specifier]) => resolve(dirname(path), specifier))
    .some((imported) => imported.includes('/tests/') && starts(imported, seen));
}

module.exports = async (paths) => ({ filtered: paths.filter((path) => !starts(path)) });
