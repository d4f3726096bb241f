// Writes the SDL of every subgraph, composes the supergraph, and compares the result with the agreed client API.
//   npm run compose                  writes schema/subgraphs/*.graphql and schema/supergraph.graphql
//   node scripts/schema.ts --check   changes nothing; exits with 1 if a file is out of date or the API is broken
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { defaultPorts, serviceNames } from '@vibecode/platform/services';
import { checkConfig, toLine } from '@vibecode/supergraph/config/config.parse';
import { toContract } from '@vibecode/supergraph/contract/contract';
import { buildSchema, findBreakingChanges, lexicographicSortSchema, parse, printSchema } from 'graphql';

const directory = join(import.meta.dirname, '..', 'schema');
const check = process.argv.includes('--check');
const problems: string[] = [];

async function emit(file: string, text: string): Promise<void> {
  const path = join(directory, file);
  if (!check) return writeFile(path, text);
  // A file that cannot be read is out of date.
  const committed = await readFile(path, 'utf8').catch(() => '');
  if (committed !== text) problems.push(`schema/${file} is out of date: run 'npm run compose' and commit it.`);
}

const subgraphs: { name: string; url: string; sdl: string }[] = [];
for (const name of serviceNames) {
  const { sdl } = (await import(`@vibecode/${name}/schema`)) as { sdl: string };
  subgraphs.push({ name, url: `http://127.0.0.1:${defaultPorts[name]}/graphql`, sdl });
  await emit(`subgraphs/${name}.graphql`, sdl);
}

const { errors, supergraphSdl } = composeServices(
  subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
);
if (!supergraphSdl) {
  for (const { message } of errors ?? []) process.stderr.write(`${message}\n`);
  process.exit(1);
}
await emit('supergraph.graphql', supergraphSdl);

// The schemas that partners see: the variants of the gateway's configuration.
const { config, problems: configProblems } = checkConfig(
  await readFile(join(directory, '..', 'router-config.yaml'), 'utf8'),
);
if (!config) problems.push(...configProblems.map((problem) => toLine('router-config.yaml', problem)));
for (const { name, contract } of config?.variants ?? []) {
  const sdl = toContract(supergraphSdl, {
    includeTags: contract.include_tags,
    excludeTags: contract.exclude_tags,
    hideUnreachableTypes: contract.hide_unreachable_types,
  });
  const schema = Supergraph.build(sdl).apiSchema().toGraphQLJSSchema();
  await emit(`contracts/${name}.graphql`, `${printSchema(lexicographicSortSchema(schema))}\n`);
}

// The list of missing parts of the agreed API may only shrink.
const promised = buildSchema(await readFile(join(directory, 'api.graphql'), 'utf8'));
const actual = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema();
const allowed = new Set(
  (await readFile(join(directory, 'api.missing.txt'), 'utf8'))
    .split('\n')
    .filter((line) => line && !line.startsWith('#')),
);
const broken = new Set(findBreakingChanges(promised, actual).map(({ description }) => description));
for (const change of broken) if (!allowed.has(change)) problems.push(`The client API would break: ${change}`);
for (const line of allowed)
  if (!broken.has(line)) problems.push(`schema/api.missing.txt lists a part that exists by now; remove it: ${line}`);

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exit(problems.length > 0 ? 1 : 0);
