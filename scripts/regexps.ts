// Proves that every regular expression over what strangers send takes linear time. A proof takes up to a minute, so those that
// have been found are kept in scripts/regexps.json, and only an expression that is not there has to be proved.
//   node scripts/regexps.ts           proves what is new, and writes the list
//   node scripts/regexps.ts --check   exits 1 when an expression is not linear, or the list is out of date
// Where the input is bounded by other means, the line above says so: `// bounded input: the 48 characters of a name`.
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FoundExpression, findExpressions } from './regexps/source.expressions.ts';

// Proofs must not depend on the machine, as the package's native and Java backends do.
process.env.RECHECK_SYNC_BACKEND = 'pure';
const { checkSync } = await import('recheck');

const root = join(import.meta.dirname, '..');
const proofs = join(root, 'scripts', 'regexps.json');
const SOURCES = '{platform/src,schema/events,supergraph/src,subgraphs/*/src}/**/*.ts';
/** Not over what strangers send: the operator's own configuration, tests, and what runs in the sandbox on the program's time. */
const EXEMPT = ['supergraph/src/config/', 'platform/src/testing/', 'subgraphs/code-executor/src/sandbox/wasm/guest/'];
const PROOF_TIMEOUT_MS = 60_000;

const isCheck = process.argv.includes('--check');

/** What is wrong with an expression, or null when it takes linear time. */
function findProblem({ source, flags }: { source: string; flags: string }): string | null {
  const { status, complexity, attack, error } = checkSync(source, flags, {
    checker: 'automaton',
    timeout: PROOF_TIMEOUT_MS,
  }) as {
    status: string;
    complexity?: { type: string; summary: string };
    attack?: { pattern: string };
    error?: { kind: string };
  };
  if (status === 'safe') return null;
  if (status === 'vulnerable') return `takes ${complexity?.summary} time, for example on ${attack?.pattern}`;
  return `cannot be proved to take linear time (${error?.kind}); read the text in several steps`;
}

const toText = ({ source, flags }: { source: string; flags: string }) => `/${source}/${flags}`;

const found: FoundExpression[] = [];
for await (const path of glob(SOURCES, { cwd: root })) {
  if (EXEMPT.some((folder) => path.startsWith(folder))) continue;
  found.push(...(await findExpressions(root, path)));
}

const proved: ReadonlySet<string> = new Set(JSON.parse(await readFile(proofs, 'utf8')) as string[]);
const linear = new Set<string>();
const problems: string[] = [];
for (const { place, expression, isBounded } of found) {
  if (isBounded) continue;
  if (expression === null) {
    problems.push(`${place}: is made at run time; write it as a constant, or say what bounds its input`);
    continue;
  }
  const text = toText(expression);
  const problem = proved.has(text) || linear.has(text) ? null : findProblem(expression);
  if (problem) problems.push(`${place}: ${text} ${problem}`);
  else linear.add(text);
}

const list = [...linear].sort();
const isStale = list.length !== proved.size || list.some((text) => !proved.has(text));
if (!isCheck) await writeFile(proofs, `${JSON.stringify(list, null, 2)}\n`);
else if (isStale) problems.push("scripts/regexps.json is out of date: run 'npm run regexps'");
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(`${found.length} regular expressions, ${list.length} different ones proved linear\n`);
process.exit(problems.length > 0 ? 1 : 0);
