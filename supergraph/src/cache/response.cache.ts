import { createHash } from 'node:crypto';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import { changeError } from '../request/error.origin.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import { groupOf } from './cache.invalidation.ts';
import { type CacheHeaders, type CachePolicy, readCachePolicy, setCacheHeaders } from './cache.policy.ts';
import type { CachedAnswer, CacheStore } from './cache.store.ts';
import type { AnswerLabels, CacheLabels } from './cache.tags.ts';
import type { AddLabels } from './cdn.labels.ts';

export interface SubgraphCacheSettings {
  readonly enabled: boolean;
  /** Lifetime of cacheable answers that do not state one; null: these answers are not cached. */
  readonly ttlMs: number | null;
  /** The token's claim that identifies the viewer; null: the whole token. */
  readonly privateId: string | null;
  readonly store: CacheStore;
  /** Whether answers can be invalidated, so that they are written with their groups. */
  readonly isInvalidated: boolean;
}

export interface ResponseCacheOptions {
  readonly transport: SubgraphTransport;
  readonly settingsOf: (subgraph: string) => SubgraphCacheSettings;
  /** The headers of a request to a subgraph. They are part of the cache key. */
  readonly headers?: GatewayHooks['subgraphHeaders'];
  /** Called for every lookup with the numbers of hits and misses, counted in entities or answers of root fields. */
  readonly onLookup?: (subgraph: string, hits: number, misses: number) => void;
  readonly labels: CacheLabels;
  /** Called with the labels of each answer; null: labels are off. */
  readonly addLabels: AddLabels | null;
  /** Whether clients get `Cache-Control` and `Age`. */
  readonly hasClientHeaders: boolean;
}

const NOT_CACHED: CachePolicy = { ttlMs: 0, scope: 'private' };

/**
 * Caches subgraphs' answers for the lifetimes that they state. Answers of root fields are cached as a whole, and entities one by
 * one, so that a request fetches only the missing entities. Answers with errors are not cached.
 */
export function withResponseCache(options: ResponseCacheOptions): SubgraphTransport {
  const { transport, settingsOf, headers, onLookup, labels, addLabels } = options;
  const setHeaders: typeof setCacheHeaders = options.hasClientHeaders ? setCacheHeaders : () => undefined;

  async function fetchCached(request: SubgraphRequest, context: RequestContext): Promise<GraphQLResult> {
    const settings = settingsOf(request.subgraph);
    if (!settings.enabled || request.kind !== 'query') {
      setHeaders(context, NOT_CACHED, 0);
      return transport.fetch(request, context);
    }
    // Clients cannot select `_entities`, but a client's variable may have the name `representations`.
    const isEntities = request.query.includes('_entities(representations');
    const { representations, ...clientVariables } = request.variables ?? {};
    const variables = isEntities ? clientVariables : (request.variables ?? {});
    const parts: readonly unknown[] = isEntities && Array.isArray(representations) ? representations : [null];
    const own = headers?.(request, context);
    const isCredentialed = context.identity !== null || own?.authorization !== undefined || own?.cookie !== undefined;
    const viewer = viewerOf(context, settings.privateId);
    const base = JSON.stringify([request.subgraph, request.query, variables, withoutTrace(own)]);
    const keys = parts.map((part) => {
      const key = `${base}${JSON.stringify(part)}`;
      return { public: digest(key), private: viewer === null ? null : digest(`${viewer}\n${key}`) };
    });
    const found = await readAll(settings.store, keys);
    const missing = found.flatMap((answer, index) => (answer ? [] : [index]));
    onLookup?.(request.subgraph, parts.length - missing.length, missing.length);
    for (const answer of found) if (answer) setHeadersOfHit(context, answer, setHeaders);
    const hits = addLabels ? found.flatMap((answer) => answer?.labels ?? []) : [];
    if (hits.length > 0) addLabels?.(context, request.subgraph, hits);
    const texts = found.map((answer) => answer?.text);
    if (missing.length === 0) return { data: toData(isEntities, texts.map(parse)) };

    let response: CacheHeaders | undefined;
    const missingVariables = isEntities
      ? { ...variables, representations: missing.map((index) => parts[index]) }
      : variables;
    const result = await transport.fetch(
      {
        ...toPlain(request),
        variables: missingVariables,
        onResponse(received, status) {
          request.onResponse?.(received, status);
          const [cacheControl, age, vary] = ['cache-control', 'age', 'vary'].map((name) => received[name]?.toString());
          response = { cacheControl, age, vary };
        },
      },
      context,
    );
    const policy =
      response && !result.errors?.length ? readCachePolicy(response, isCredentialed, settings.ttlMs) : NOT_CACHED;
    setHeaders(context, policy, 0);
    const answers = isEntities ? result.data?._entities : [result.data];
    if (!Array.isArray(answers) || answers.length !== missing.length) {
      return missing.length === parts.length ? result : toPartial(result, texts, missing, []);
    }
    const labelled = missing.map((index, at) =>
      isEntities
        ? labels.ofEntity(request.subgraph, parts[index], at, result.extensions)
        : labels.ofFields(request, variables, result.extensions),
    );
    addLabels?.(context, request.subgraph, labelled);
    for (const [at, index] of missing.entries()) {
      const key = keys[index]?.[policy.scope];
      const answer = answers[at];
      if (policy.ttlMs <= 0 || !key || answer === null || answer === undefined) continue;
      const of = labelled[at]!;
      const kept = { text: JSON.stringify(answer), storedAtMs: Date.now(), ttlMs: policy.ttlMs, labels: of };
      void settings.store.write(key, kept, settings.isInvalidated ? toGroups(request.subgraph, of) : []);
    }
    return missing.length === parts.length ? result : toPartial(result, texts, missing, answers);
  }
  return { fetch: fetchCached };
}

interface Keys {
  readonly public: string;
  /** Null for an anonymous request. */
  readonly private: string | null;
}

/** Reads the answers that are cached for this viewer, or otherwise for all viewers. */
async function readAll(store: CacheStore, keys: readonly Keys[]): Promise<(CachedAnswer | undefined)[]> {
  const found = await store.readMany(keys.flatMap((key) => (key.private ? [key.public, key.private] : [key.public])));
  const now = Date.now();
  let at = 0;
  return keys.map((key) => {
    const candidates = [found[at++], key.private ? found[at++] : undefined];
    return candidates.findLast((answer) => answer && answer.storedAtMs + answer.ttlMs > now);
  });
}

function viewerOf({ identity }: RequestContext, privateId: string | null): string | null {
  if (!identity) return null;
  if (privateId === null) return `token ${identity.key}`;
  const claim = identity.claims[privateId];
  return typeof claim === 'string' || typeof claim === 'number' ? `claim ${claim}` : null;
}

function toGroups(subgraph: string, { type, tags }: AnswerLabels): string[] {
  return [groupOf.subgraph(subgraph), groupOf.type(subgraph, type), ...tags.map((tag) => groupOf.tag(subgraph, tag))];
}

function setHeadersOfHit(
  context: RequestContext,
  { storedAtMs, ttlMs }: CachedAnswer,
  setHeaders: typeof setCacheHeaders,
): void {
  const ageMs = Math.max(0, Date.now() - storedAtMs);
  const scope = context.identity ? 'private' : 'public';
  setHeaders(context, { ttlMs: ttlMs - ageMs, scope }, ageMs);
  context.plugin?.fetches.restrictCache(`max-age=${Math.floor((ttlMs - ageMs) / 1_000)}, ${scope}`);
}

/** Joins cached and fetched entities in the order of the request. The paths of errors have the indexes of fetched entities. */
function toPartial(
  result: GraphQLResult,
  texts: readonly (string | undefined)[],
  missing: readonly number[],
  answers: readonly unknown[],
): GraphQLResult {
  const entities = texts.map(parse);
  for (const [at, index] of missing.entries()) entities[index] = answers[at] ?? null;
  const errors = result.errors?.map((error) => {
    const [root, at, ...fieldPath] = Array.isArray(error?.path) ? error.path : [];
    const index = typeof at === 'number' ? missing[at] : undefined;
    return index === undefined ? error : changeError(error, { path: [root ?? '_entities', index, ...fieldPath] });
  });
  return { data: { _entities: entities }, ...(errors?.length && { errors }) };
}

function toData(isEntities: boolean, answers: readonly unknown[]): Record<string, unknown> {
  return isEntities ? { _entities: answers } : (answers[0] as Record<string, unknown>);
}

function parse(text: string | undefined): unknown {
  return text === undefined ? null : parseExactJson(text);
}

/** Removes the body of the whole request, because a partial request has another body. */
function toPlain({
  subgraph,
  query,
  operationName,
  kind,
  accept,
  traceparent,
  onRequest,
}: SubgraphRequest): SubgraphRequest {
  return {
    subgraph,
    query,
    kind,
    ...(operationName !== undefined && { operationName }),
    ...(accept !== undefined && { accept }),
    ...(traceparent !== undefined && { traceparent }),
    ...(onRequest && { onRequest }),
  };
}

const OF_ONE_REQUEST = new Set(['traceparent', 'tracestate', 'baggage', 'x-request-id']);

function withoutTrace(headers: Readonly<Record<string, string>> | undefined): readonly [string, string][] {
  return Object.entries(headers ?? {}).filter(([name]) => !OF_ONE_REQUEST.has(name));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
