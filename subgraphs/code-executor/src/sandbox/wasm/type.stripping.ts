import { createRequire } from 'node:module';

type Sucrase = typeof import('sucrase');
const require = createRequire(import.meta.url);

/**
 * JavaScript out of TypeScript and JSX, line by line. The transformer is loaded with the first file that needs it:
 * interpreters start faster without it, and most programs never do.
 */
export function transform(source: string, transforms: ('typescript' | 'jsx')[]): string {
  const sucrase = require('sucrase') as Sucrase;
  return sucrase.transform(source, { transforms, disableESTransforms: true, production: true }).code;
}
