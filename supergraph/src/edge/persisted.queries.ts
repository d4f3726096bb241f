import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError, type ErrorCode } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { GraphQLError, stripIgnoredCharacters } from 'graphql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { SharedTexts } from '../cache/redis.texts.ts';
import type { RouterConfig } from '../config/config.schema.ts';
import { watchFolders } from '../config/config.watch.ts';
import type { RequestContext } from '../request/context.ts';
import type { GraphQLRequest } from '../request/message.ts';

type PersistedConfig = RouterConfig['persisted_queries'];

/** A manifest as `generate-persisted-query-manifest` writes it. */
const manifestSchema = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.object({
      id: z.string().min(1),
      body: z.string().min(1),
      name: z.string().optional(),
      clientName: z.string().nullish(),
    }),
  ),
});

/** The operations that manifests list. */
interface PersistedOperations {
  readonly textsById: ReadonlyMap<string, string>;
  readonly listedTexts: ReadonlySet<string>;
}

const toKey = (id: string, clientName: string | null | undefined): string => (clientName ? `${clientName}\n${id}` : id);

/** @throws AppError for a file that is missing or is not a manifest */
async function loadManifests(files: readonly string[]): Promise<PersistedOperations> {
  const textsById = new Map<string, string>();
  const listedTexts = new Set<string>();
  for (const file of files) {
    const manifest = manifestSchema.safeParse(
      await readFile(file, 'utf8').then(JSON.parse, (cause) => {
        throw invalidManifest(file, `it cannot be read (${cause.code ?? cause.message})`);
      }),
    );
    if (!manifest.success) throw invalidManifest(file, z.prettifyError(manifest.error));
    for (const { id, body, clientName } of manifest.data.operations) {
      textsById.set(toKey(id, clientName), body);
      listedTexts.add(stripIgnoredCharacters(body));
    }
  }
  return { textsById, listedTexts };
}

function invalidManifest(file: string, reason: string): AppError {
  return new AppError(
    'GATEWAY_INVALID_MANIFEST',
    `${file} is not a persisted query manifest: ${reason}. Write it with generate-persisted-query-manifest.`,
  );
}

/** Adds the text of a persisted query to a request. */
export type ResolveRequest = (
  request: GraphQLRequest,
  context: RequestContext,
) => GraphQLRequest | Promise<GraphQLRequest>;

export interface PersistedQueries extends Disposable {
  /** The request with its query text. Rejects when the safelist refuses the request. */
  resolve(request: GraphQLRequest, context: RequestContext): GraphQLRequest;
}

/** Operations that clients send by id, and the safelist of allowed operations. Changed manifests are read again. */
export async function createPersistedQueries(config: PersistedConfig, log: Logger): Promise<PersistedQueries> {
  const files = config.local_manifests ?? [];
  let operations = await loadManifests(files);
  const isListed = new LRUCache<string, boolean>({ max: 2_000 });
  const reload = (): void => {
    loadManifests(files).then(
      (loaded) => {
        operations = loaded;
        isListed.clear();
        log.info({ action: 'persisted-queries.reloaded', operations: loaded.textsById.size });
      },
      (error) =>
        log.error(
          { action: 'persisted-queries.refused', error },
          'The new manifest is refused; the old one stays in use.',
        ),
    );
  };
  const watchers = config.hot_reload ? watchFolders(files, reload) : [];

  function isTextListed(query: string): boolean {
    let listed = isListed.get(query);
    if (listed === undefined) {
      listed = operations.listedTexts.has(normalize(query));
      isListed.set(query, listed);
    }
    return listed;
  }

  return {
    resolve(request, context) {
      const id = readPersistedId(request);
      if (id !== null && request.query === undefined) {
        const query = operations.textsById.get(toKey(id, context.clientName)) ?? operations.textsById.get(id);
        if (query !== undefined) return { ...request, query };
        throw refuse('PERSISTED_QUERY_NOT_IN_LIST', `Persisted query '${id}' not found in the persisted query list`);
      }
      if (request.query === undefined || context.isListed) return request;
      if (!config.safelist.enabled && !config.log_unknown) return request;
      const listed = isTextListed(request.query);
      if (!listed && config.log_unknown)
        log.warn({ action: 'persisted-queries.unknown', operationBody: request.query, clientName: context.clientName });
      if (!config.safelist.enabled) return request;
      if (config.safelist.require_id) {
        throw refuse(
          'PERSISTED_QUERY_ID_REQUIRED',
          'This endpoint takes no operations as text: send the id of a persisted one.',
        );
      }
      if (!listed)
        throw refuse('QUERY_NOT_IN_SAFELIST', 'The operation body was not found in the persisted query safelist');
      return request;
    },
    [Symbol.dispose]() {
      for (const watcher of watchers) watcher[Symbol.dispose]();
    },
  };
}

/**
 * Automatic persisted queries: a client registers an operation under its hash with the first request.
 * @param shared store that all instances read and write
 */
export function createAutomaticPersistedQueries(
  limit: number,
  shared: SharedTexts | null = null,
): { readonly resolve: ResolveRequest } {
  const texts = new LRUCache<string, string>({ max: limit });

  async function readShared(from: SharedTexts, hash: string, request: GraphQLRequest): Promise<GraphQLRequest> {
    const query = await from.read(hash);
    if (query === null || toHash(query) !== hash) throw notFound();
    texts.set(hash, query);
    return { ...request, query };
  }

  return {
    resolve(request) {
      const hash = readPersistedId(request);
      if (hash === null) return request;
      if (request.query === undefined) {
        const query = texts.get(hash);
        if (query !== undefined) return { ...request, query };
        if (shared) return readShared(shared, hash, request);
        throw notFound();
      }
      if (texts.get(hash) === request.query) return request;
      if (toHash(request.query) !== hash) {
        throw refuse('PERSISTED_QUERY_HASH_MISMATCH', 'The sha256Hash is not the hash of the query that came with it.');
      }
      texts.set(hash, request.query);
      // After the answer, the client may send the hash to another instance.
      return shared ? shared.write(hash, request.query).then(() => request) : request;
    },
  };
}

function toHash(query: string): string {
  return createHash('sha256').update(query).digest('hex');
}

function notFound(): GraphQLError {
  return refuse('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
}

function readPersistedId({ extensions }: GraphQLRequest): string | null {
  const persisted = extensions?.persistedQuery;
  if (persisted === null || typeof persisted !== 'object') return null;
  const { sha256Hash } = persisted as { sha256Hash?: unknown };
  return typeof sha256Hash === 'string' && sha256Hash !== '' ? sha256Hash : null;
}

function refuse(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Two texts that differ only in whitespace, commas and comments are the same operation. */
function normalize(query: string): string {
  try {
    return stripIgnoredCharacters(query);
  } catch {
    return query; // not GraphQL, so not in the list either
  }
}
