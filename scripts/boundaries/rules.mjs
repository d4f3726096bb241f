// The import rules for dependency-cruiser. CONTRIBUTING.md describes them.
const FLOORS = [
  ['main.ts', 'router.ts', 'router.options.ts'],
  ['gateway'],
  ['subscription', 'edge', 'mcp'],
  ['pipeline'],
  ['defer'],
  ['shape', 'transport', 'cache'],
  ['plan', 'source', 'traffic', 'telemetry', 'plugin'],
  ['request', 'config', 'contract'],
];

/** The layers of a subgraph, outer ones first. A file without one of these roles in its name may be imported from all of its files. */
const LAYERS = ['main', 'schema', 'resolver', 'consumer', 'context', 'service', 'repository', 'entity'];

const pathOf = (names) =>
  `^supergraph/src/(${names.map((name) => (name.endsWith('.ts') ? `${name.replace('.', '\\.')}$` : `${name}/`)).join('|')})`;
const layer = (names) => `^subgraphs/[^/]+/src.*[./](${names.join('|')})[.]ts$`;
const OWN = '^(schema|platform|supergraph|web|subgraphs)/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Files with circular imports can only be understood together.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'schema-imports-zod-only',
      severity: 'error',
      from: { path: '^schema/' },
      to: { pathNot: '^schema/|(^|/)node_modules/zod/' },
    },
    {
      name: 'platform-imports-schema-only',
      severity: 'error',
      from: { path: '^platform/src/' },
      to: { path: OWN, pathNot: '(^|/)node_modules/|^(platform/src|schema)/' },
    },
    {
      name: 'web-imports-schema-only',
      severity: 'error',
      from: { path: '^web/src/' },
      to: { path: OWN, pathNot: '(^|/)node_modules/|^(web/src|schema)/' },
    },
    {
      name: 'the-gateway-imports-platform-and-schema-only',
      severity: 'error',
      from: { path: '^supergraph/src/' },
      to: { path: OWN, pathNot: '(^|/)node_modules/|^(supergraph/src|platform/src|schema)/' },
    },
    {
      name: 'subgraphs-import-platform-and-schema-only',
      severity: 'error',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: OWN, pathNot: '(^|/)node_modules/|^(subgraphs/$1|platform/src|schema)/' },
    },
    ...FLOORS.slice(1).map((names, index) => ({
      name: `down-from-${names.join('-')}`,
      comment: 'Imports in the gateway go down only.',
      severity: 'error',
      from: { path: pathOf(names) },
      to: { path: pathOf(FLOORS.slice(0, index + 1).flat()) },
    })),
    // Schema files name the resolvers' types, and a context the services' types. Types may be imported outwards, values may not.
    ...LAYERS.slice(1).map((name, index) => ({
      name: `inwards-from-${name}`,
      comment: 'Inside a subgraph data flows one way: main -> resolver | consumer -> service -> repository -> entity.',
      severity: 'error',
      from: { path: layer([name]) },
      to: { path: layer(LAYERS.slice(0, index + 1)), dependencyTypesNot: ['type-only'] },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|tests|templates)/' },
    parser: 'tsc',
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'default'], exportsFields: ['exports'] },
  },
};
