import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const GENERATED = '/api/generated/graphql.ts';
const PREFIX = '\0document:';
// bounded input: the page's own source
const IMPORT = /import (?:type )?\{([^{}]*)\} from '([^']*\/generated\/graphql\.ts)';/g;

/**
 * Codegen writes all operations into one module, and a module is never divided between chunks: the first page would load
 * every operation of every other. Here each document is a module of its own, so that it goes where it is used.
 */
export function documentModules(): Plugin {
  return {
    name: 'document-modules',
    enforce: 'pre',
    transform: {
      filter: { id: /\/web\/src\/.*\.tsx?$/, code: GENERATED.slice(4) },
      handler(code, importer) {
        const divided = code.replace(IMPORT, (whole, names: string, path: string) => {
          const file = join(dirname(importer), path);
          const imports = toNames(names).map((name) => `import { ${name} } from '${PREFIX.slice(1)}${name}@${file}';`);
          // As many lines as before, so that source maps stay right.
          return imports.join(' ') + '\n'.repeat(whole.split('\n').length - 1);
        });
        return { code: divided, map: null };
      },
    },
    resolveId(id) {
      return id.startsWith(PREFIX.slice(1)) ? `\0${id}` : null;
    },
    async load(id) {
      if (!id.startsWith(PREFIX)) return null;
      const [name = '', file = ''] = id.slice(PREFIX.length).split('@', 2);
      const start = `export const ${name} = `;
      const line = (await readFile(file, 'utf8')).split('\n').find((candidate) => candidate.startsWith(start));
      const end = line?.lastIndexOf(' as unknown as ') ?? -1;
      if (!line || end < 0) this.error(`${file} has no document '${name}'. Run 'npm run codegen'.`);
      this.addWatchFile(file);
      return { code: `${line.slice(0, end)};`, moduleSideEffects: false };
    },
  };
}

/** The names of an import that are values: types are gone when the module runs. */
function toNames(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => /^\w+(?:Document|FragmentDoc)$/.test(name));
}
