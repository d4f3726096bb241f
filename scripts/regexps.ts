// Proves that every regular expression over untrusted input takes linear time. A proof takes up to a minute, so that the proofs
// are stored in scripts/regexps.json, and only new expressions have to be proved.
//   node scripts/regexps.ts           proves new expressions, and writes the list
//   node scripts/regexps.ts --check   exits with 1 if an expression is not linear, or if the list is out of date
// If the input is bounded by other means, the line above states that: `// bounded input: the 48 characters of a name`.
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FoundExpression, findExpressions } from './regexps/source.expressions.ts';

// Proofs must not depend on the machine; those of the package's native and Java backends do.
process.env.RECHECK_SYNC_BACKEND = 'pure';
const { checkSync } = await import('recheck');

const root = join(import.meta.dirname, '..');
const proofs = join(root, 'scripts', 'regexps.json');
const SOURCES = '{platform/src,schema/events,supergraph/src,subgraphs/*/src}/**/*.ts';
/** Files without untrusted input: the operator's configuration, tests, and code in the sandbox, which uses the program's own time. */
const EXEMPT = ['supergraph/src/config/', 'platform/src/testing/', 'subgraphs/code-executor/src/sandbox/wasm/guest/'];
const PROOF_TIMEOUT_MS = 60_000;

const isCheck = process.argv.includes('--check');

/** @returns the fault of an expression; null if it takes linear time */
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
  return `cannot be proved to take linear time (${error?.kind}); parse the text in several steps`;
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
    problems.push(`${place}: is created at run time; write it as a constant, or state what bounds its input`);
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
