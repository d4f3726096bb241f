// Jest's `filter`: of the unit tests, those that start nothing heavier than a timer. A file that starts a database, a
// subgraph, a sandbox or a gateway runs with `npm test` only.
const { readFileSync } = require('node:fs');

const STARTS = /\bstart[A-Z]\w*\(|\bopen[A-Z]\w*\(|new Worker\(/;

module.exports = async (paths) => ({ filtered: paths.filter((path) => !STARTS.test(readFileSync(path, 'utf8'))) });
