// One configuration for the kinds of test; the suffix says which kind a file is (see CONTRIBUTING.md).
const KINDS = {
  unit: { testMatch: ['**/*.test.ts'], testPathIgnorePatterns: ['\\.(int|e2e|container)\\.test\\.ts$'] },
  // The part of the unit tests that `npm run check` has time for.
  fast: {
    testMatch: ['**/*.test.ts'],
    testPathIgnorePatterns: ['\\.(int|e2e|container)\\.test\\.ts$'],
    filter: '<rootDir>/scripts/fast-tests.cjs',
  },
  // The properties of the unit tests, with a seed and for a time that the environment names.
  fuzz: {
    testMatch: ['**/*.test.ts'],
    testPathIgnorePatterns: ['\\.(int|e2e|container)\\.test\\.ts$'],
    setupFilesAfterEnv: ['<rootDir>/scripts/fuzz.setup.mjs'],
  },
  int: { testMatch: ['**/*.int.test.ts'] },
  e2e: { testMatch: ['**/*.e2e.test.ts'] },
  // Builds container images and runs them: needs a Docker Engine.
  container: { testMatch: ['**/*.container.test.ts'] },
};
const kind = process.env.TEST_KIND ?? 'unit';
if (!(kind in KINDS)) throw new Error(`TEST_KIND is '${kind}'; expected one of ${Object.keys(KINDS).join(', ')}`);

export default {
  ...KINDS[kind],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', ...(KINDS[kind].testPathIgnorePatterns ?? [])],
  // Templates are read and run as files; their packages share names.
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/subgraphs/ai-generation/templates/'],
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  // They have a `source` too, which is TypeScript and is not transformed.
  moduleNameMapper: {
    '^(eventsource)(-parser)?$': '<rootDir>/node_modules/$1$2/dist/index.js',
    '^(eventsource-parser)/(stream)$': '<rootDir>/node_modules/$1/dist/$2.js',
  },
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
          target: 'es2024',
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // For a test that hangs: many times what any takes, because a busy machine is no reason to fail. A property that is
  // looked into for long takes the time that it is given.
  testTimeout: process.env.FUZZ_SECONDS ? 600_000 : 120_000,
  maxWorkers: 2,
};
