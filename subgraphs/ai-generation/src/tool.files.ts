import { readdir, readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

/** What models and agents may call, as GraphQL operations, and the schema that they are written for. */
export interface ToolFiles {
  /** In GraphQL's schema language. */
  readonly schema: string;
  /** In the order of their names. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

const directory = dirname(findPackageJSON('@vibecode/schema', import.meta.url)!);

/** Reads the operations of `schema/tools`, which the gateway serves by MCP, and the schema that clients see. */
export async function readToolFiles(): Promise<ToolFiles> {
  const names = (await readdir(join(directory, 'tools'))).filter((name) => name.endsWith('.graphql')).sort();
  const [schema, ...texts] = await Promise.all(
    ['api.graphql', ...names.map((name) => join('tools', name))].map((name) => readFile(join(directory, name), 'utf8')),
  );
  return { schema: schema!, files: names.map((path, index) => ({ path, text: texts[index]! })) };
}
