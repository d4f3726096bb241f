// The operations of the web app, typed by what clients of the supergraph may ask for.
//   npm run codegen                writes web/src/api/generated
//   npm run codegen -- --check     changes nothing; exits 1 when a file is out of date
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: { './schema/supergraph.graphql': { loader: './scripts/api-schema.ts' } },
  documents: ['web/src/**/*.graphql'],
  ignoreNoDocuments: true,
  generates: {
    './web/src/api/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: { unmaskFunctionName: 'readFragment' } },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        avoidOptionals: { field: true, object: true },
        scalars: { DateTime: 'string', JSON: 'unknown' },
      },
    },
  },
};

export default config;
