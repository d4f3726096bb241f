import { createRequire } from 'node:module';

type Sucrase = typeof import('sucrase');
const require = createRequire(import.meta.url);

/**
 * Converts TypeScript and JSX to JavaScript, and keeps the lines. The transformer is loaded for the first file that needs it,
 * because interpreters start faster without it and most programs do not need it.
 */
export function transform(source: string, transforms: ('typescript' | 'jsx')[]): string {
  const sucrase = require('sucrase') as Sucrase;
  return sucrase.transform(source, { transforms, disableESTransforms: true, production: true }).code;
}
