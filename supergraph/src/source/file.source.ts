import { readFile } from 'node:fs/promises';
import { AppError } from '@vibecode/platform/errors';
import { watchFolders } from '../config/config.watch.ts';
import type { SupergraphSource } from './supergraph.source.ts';

/** Editors and deployments write in several steps: wait this long for the last. */
const SETTLE_MS = 50;

/** A file, read again when it changes. */
export function fileSource(path: string): SupergraphSource {
  return {
    async start({ onChange, log }) {
      const sdl = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        throw new AppError(
          'GATEWAY_SUPERGRAPH_UNREADABLE',
          `The supergraph ${path} cannot be read (${cause.code ?? cause.message}). Expected a file with a composed supergraph.`,
          { cause },
        );
      });
      let timer: NodeJS.Timeout | undefined;
      let last = sdl;
      const read = (): void => {
        readFile(path, 'utf8').then(
          (next) => {
            if (next === last) return;
            last = next;
            onChange(next);
          },
          (error) => log.error({ action: 'supergraph.unreadable', path, error }, 'The old supergraph goes on.'),
        );
      };
      const watchers = watchFolders([path], () => {
        clearTimeout(timer);
        timer = setTimeout(read, SETTLE_MS);
      });
      return {
        sdl,
        async [Symbol.asyncDispose]() {
          clearTimeout(timer);
          for (const watcher of watchers) watcher[Symbol.dispose]();
        },
      };
    },
  };
}
