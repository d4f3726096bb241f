// Who may import whom. schema imports zod only; platform imports schema; supergraph and each subgraph import those two and
// never each other. Inside a subgraph: main -> resolver | consumer -> service -> repository -> entity.
//   node scripts/boundaries.ts       exits 1 and names every import that crosses a boundary
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '..');
const IMPORT = /(?:import|export)\s[^'";]*?from\s+'([^']+)'|import\s*\(\s*'([^']+)'\s*\)|^import\s+'([^']+)'/gm;

/** Outer layers first. A file whose name has none of these roles may be imported from anywhere in its subgraph. */
const LAYERS = ['main', 'schema', 'resolver', 'consumer', 'context', 'service', 'repository', 'entity'];

function packageOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'subgraphs' ? `${first}/${second}` : first;
}

function allowedPackages(owner: string): string[] {
  if (owner === 'schema') return [];
  if (owner === 'platform') return ['schema'];
  if (owner === 'web') return ['schema'];
  return ['schema', 'platform'];
}

function layerOf(path: string): number {
  const name = path.split('/').at(-1) ?? '';
  return LAYERS.findIndex((layer) => name === `${layer}.ts` || name.endsWith(`.${layer}.ts`));
}

const crossings: string[] = [];
const names = new Map<string, string>();
for await (const file of glob('{schema,platform,supergraph,subgraphs/*}/package.json', { cwd: root })) {
  const { name } = JSON.parse(await readFile(join(root, file), 'utf8')) as { name: string };
  names.set(name, dirname(file));
}

for await (const file of glob(
  '{schema/events,platform/src,supergraph/src,subgraphs/*/src,subgraphs/*/migrations}/**/*.ts',
  { cwd: root },
)) {
  const owner = packageOf(file);
  const source = await readFile(join(root, file), 'utf8');
  for (const match of source.matchAll(IMPORT)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? '';
    const typeOnly = /^(?:import|export)\s+type\s/.test(match[0]);
    if (specifier.startsWith('.')) {
      const target = relative(root, join(root, dirname(file), specifier));
      if (packageOf(target) !== owner) crossings.push(`${file}: '${specifier}' leaves the package ${owner}`);
      const [from, to] = [layerOf(file), layerOf(target)];
      if (!typeOnly && owner.startsWith('subgraphs/') && from > to && to >= 0) {
        crossings.push(`${file}: '${specifier}' goes from ${LAYERS[from]} out to ${LAYERS[to]}`);
      }
      continue;
    }
    const [scope, name] = specifier.split('/');
    const target = scope === '@vibecode' ? names.get(`${scope}/${name}`) : undefined;
    if (target && target !== owner && !allowedPackages(owner).includes(target)) {
      crossings.push(`${file}: ${owner} may not import ${target}`);
    }
    if (owner === 'schema' && !target && specifier !== 'zod')
      crossings.push(`${file}: schema may import zod only, not '${specifier}'`);
  }
}

for (const crossing of crossings) process.stderr.write(`${crossing}\n`);
process.exit(crossings.length > 0 ? 1 : 0);
