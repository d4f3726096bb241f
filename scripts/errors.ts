// Makes docs/errors.md out of the codes that the packages declare, so that the two cannot part.
//   node scripts/errors.ts           writes it
//   node scripts/errors.ts --check   exits 1 when it is out of date, a source has a code that no package declares, or no
//                                    source throws a code that is declared
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorsByStatus, findStatus } from '@vibecode/platform/error.catalogue';
import { PLATFORM_ERRORS } from '@vibecode/platform/errors';
import { serviceNames } from '@vibecode/platform/services';
import { GATEWAY_ERRORS } from '@vibecode/supergraph/request/errors';
import { findCodes } from './sources/error.codes.ts';
import { findUsedTexts } from './sources/error.uses.ts';

const root = join(import.meta.dirname, '..');
const path = join(root, 'docs', 'errors.md');
const SOURCES = '{platform/src,supergraph/src,subgraphs/*/src}/**/*.ts';
/** Not codes of this system: those of Node inside the sandbox, and the problems that make up one GENERATION_ANSWER_INVALID. */
const EXEMPT = ['subgraphs/code-executor/src/sandbox/wasm/guest/', 'subgraphs/ai-generation/src/answer/'];

interface Row {
  readonly code: string;
  readonly service: string;
  readonly status: string;
  readonly meaning: string;
}

function toRows(service: string, errors: ErrorsByStatus): Row[] {
  return Object.entries(errors).flatMap(([status, codes]) =>
    Object.entries(codes).map(([code, meaning]) => ({ code, service, status, meaning })),
  );
}

/** What a service declares in its `errors.ts`; a service without codes of its own has none. */
async function loadErrors(service: string): Promise<Row[]> {
  const module: Record<string, ErrorsByStatus> = await import(`@vibecode/${service}/errors`).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
      return {};
    },
  );
  const name = Object.keys(module).find((key) => key.endsWith('_ERRORS'));
  return name ? toRows(service, module[name]!) : [];
}

/** Codes that are thrown and not declared, and the other way round. */
async function findProblems(): Promise<string[]> {
  const problems: string[] = [];
  const unused = new Set(rows.map(({ code }) => code));
  for await (const file of glob(SOURCES, { cwd: root })) {
    const source = await readFile(join(root, file), 'utf8');
    for (const text of findUsedTexts(file, source)) unused.delete(text);
    if (EXEMPT.some((folder) => file.startsWith(folder))) continue;
    for (const { place, code } of findCodes(file, source)) {
      if (findStatus(code) === undefined) problems.push(`${place}: no errors.ts declares the code ${code}.`);
    }
  }
  for (const code of unused)
    problems.push(`No source throws the code ${code}: take it out of the errors.ts that has it.`);
  return problems;
}

const rows = [...toRows('every service', PLATFORM_ERRORS), ...toRows('gateway', GATEWAY_ERRORS)];
for (const service of serviceNames) rows.push(...(await loadErrors(service)));
rows.sort((a, b) => (a.code < b.code ? -1 : 1));

const text = `# Error codes

Made by \`npm run errors\`; do not edit. A GraphQL error carries its code in \`extensions.code\`, an HTTP route in \`error.code\`.
Codes are stable: clients may act on them. The message beside a code is for people, and may change.

The status is that of the HTTP answer when a request is refused as a whole; a client that accepts \`application/json\` alone
gets 200 in place of 400 for GraphQL. Codes with 200 stand beside \`data\`, in a stream, or in a stored failure. A subgraph
of your own may answer with further codes, which the gateway passes on.

| Code | From | HTTP status | What it means, and what to do |
|---|---|---|---|
${rows.map(({ code, service, status, meaning }) => `| \`${code}\` | ${service} | ${status} | ${meaning} |`).join('\n')}
`;

if (process.argv.includes('--check')) {
  const problems = await findProblems();
  // A file that cannot be read is out of date.
  if ((await readFile(path, 'utf8').catch(() => '')) !== text) {
    problems.push("docs/errors.md is out of date: run 'npm run errors' and commit it.");
  }
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exit(problems.length > 0 ? 1 : 0);
} else {
  await writeFile(path, text);
}
