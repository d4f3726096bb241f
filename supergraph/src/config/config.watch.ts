import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { ExpansionSource } from './config.expansion.ts';
import { type CheckedConfig, ConfigError, parseConfig, toLine } from './config.parse.ts';
import type { RouterConfig } from './config.schema.ts';

export type LoadedConfig = CheckedConfig & { readonly config: RouterConfig };

/** @throws ConfigError, or AppError for a file that cannot be read */
export async function loadConfig(file: string, source?: ExpansionSource): Promise<LoadedConfig> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const message = `The configuration ${file} cannot be read (${cause.code ?? cause.message}).`;
    throw new AppError('GATEWAY_CONFIG_UNREADABLE', message, { cause });
  });
  return parseConfig(text, file, source);
}

export interface ConfigWatchOptions {
  readonly file: string;
  /** The current configuration. The files of its `${file.…}` are watched too. */
  readonly loaded: LoadedConfig;
  /** Applies a new version. If it rejects, the new version is refused and the previous one stays in effect. */
  readonly onChange: (loaded: LoadedConfig) => void | Promise<void>;
  readonly log: Logger;
  readonly source?: ExpansionSource;
  /** Waiting time after a change, because editors write in several steps. Default 50. */
  readonly settleMs?: number;
}

/**
 * Applies a changed configuration. An invalid one is refused, and its problems are logged. Folders are watched rather than
 * files, because editors and Kubernetes replace files (and the links to them) instead of writing into them.
 */
export function startConfigWatch({
  file,
  loaded,
  onChange,
  log,
  source,
  settleMs = 50,
}: ConfigWatchOptions): Disposable {
  let watchers: Disposable[] = [];
  let timer: NodeJS.Timeout | undefined;
  let current = fingerprint(loaded);
  let turn: Promise<void> = Promise.resolve();
  let isStopped = false;

  const reload = async (): Promise<void> => {
    let next: LoadedConfig;
    try {
      next = await loadConfig(file, source);
    } catch (error) {
      const problems =
        error instanceof ConfigError ? error.problems.map((problem) => toLine(file, problem)) : undefined;
      log.error(
        { action: 'config.refused', file, problems, error: problems ? undefined : error },
        'The new configuration is invalid and was refused. The previous one stays in effect.',
      );
      return;
    }
    if (isStopped || fingerprint(next) === current) return;
    try {
      await onChange(next);
    } catch (error) {
      log.error(
        { action: 'config.refused', file, error },
        'The new configuration could not be applied. The previous one stays in effect.',
      );
      return;
    }
    // The watch was stopped meanwhile, and its files may have been deleted.
    if (isStopped) return;
    current = fingerprint(next);
    watchFiles(next);
    for (const problem of next.problems) log.warn({ action: 'config.problem' }, toLine(file, problem));
    log.info({ action: 'config.reloaded', file }, 'The new configuration is in effect.');
  };
  const schedule = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(reload);
    }, settleMs);
  };
  const watchFiles = (version: LoadedConfig): void => {
    for (const watcher of watchers) watcher[Symbol.dispose]();
    watchers = watchFolders([file, ...version.files], schedule);
  };

  watchFiles(loaded);
  return {
    [Symbol.dispose]() {
      isStopped = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher[Symbol.dispose]();
    },
  };
}

function fingerprint({ config }: LoadedConfig): string {
  return JSON.stringify(config, (_name, value) => (value instanceof RegExp ? value.source : value));
}

/** Calls `onChange` when one of the files may have changed. */
export function watchFolders(files: readonly string[], onChange: () => void): Disposable[] {
  const folders = Map.groupBy(
    files.map((path) => resolve(path)),
    dirname,
  );
  return [...folders].map(([folder, paths]) => {
    const names = new Set(paths.map((path) => basename(path)));
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      // Kubernetes replaces the link `..data` when a mounted ConfigMap or Secret changes.
      if (name === null || names.has(name) || name.startsWith('..')) onChange();
    });
    watcher.on('error', onChange);
    return { [Symbol.dispose]: () => watcher.close() };
  });
}
