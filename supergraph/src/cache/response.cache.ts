import { createHash } from 'node:crypto';
import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import { changeError } from '../request/error.origin.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import { groupOf } from './cache.invalidation.ts';
import { type CacheHeaders, type CachePolicy, readCachePolicy, tellClient } from './cache.policy.ts';
import type { CachedAnswer, CacheStore } from './cache.store.ts';
import type { AnswerLabels, CacheLabels } from './cache.tags.ts';
import type { TellLabels } from './cdn.labels.ts';

export interface SubgraphCacheSettings {
  readonly enabled: boolean;
  /** For answers that may be kept and do not say for how long; null: these are not kept. */
  readonly ttlMs: number | null;
  /** The claim of a token that tells viewers apart; null: the whole token does. */
  readonly privateId: string | null;
  readonly store: CacheStore;
  /** Whether answers may be removed before their time, so that it has to be known which. */
  readonly isInvalidated: boolean;
}

export interface ResponseCacheOptions {
  readonly transport: SubgraphTransport;
  readonly settingsOf: (subgraph: string) => SubgraphCacheSettings;
  /** Headers that a subgraph gets: answers to other headers are other answers. */
  readonly headers?: GatewayHooks['subgraphHeaders'];
  /** Told of every look: entities, or answers of root fields, found and not found. */
  readonly onLookup?: (subgraph: string, hits: number, misses: number) => void;
  readonly labels: CacheLabels;
  /** Told of the labels of each answer; null: nobody wants to know. */
  readonly tellLabels: TellLabels | null;
  /** Whether clients are told for how long their answer may be kept. */
  readonly tellsClient: boolean;
}

const NOT_KEPT: CachePolicy = { ttlMs: 0, scope: 'private' };

/**
 * Keeps what subgraphs answer for as long as they say: answers of root fields whole, entities one by one, so that only those
 * that are missing are asked for. Answers with errors are not kept.
 */
export function withResponseCache(options: ResponseCacheOptions): SubgraphTransport {
  const { transport, settingsOf, headers, onLookup, labels, tellLabels } = options;
  const tell: typeof tellClient = options.tellsClient ? tellClient : () => undefined;

  async function fetchCached(request: SubgraphRequest, context: RequestContext): Promise<GraphQLResult> {
    const settings = settingsOf(request.subgraph);
    if (!settings.enabled || request.kind !== 'query') {
      tell(context, NOT_KEPT, 0);
      return transport.fetch(request, context);
    }
    // The planner's own field, which no client can ask for; a variable of a client may have the same name.
    const isEntities = request.query.includes('_entities(representations');
    const { representations, ...others } = request.variables ?? {};
    const variables = isEntities ? others : (request.variables ?? {});
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
    for (const answer of found) if (answer) tellOfHit(context, answer, tell);
    const hits = tellLabels ? found.flatMap((answer) => answer?.labels ?? []) : [];
    if (hits.length > 0) tellLabels?.(context, request.subgraph, hits);
    const texts = found.map((answer) => answer?.text);
    if (missing.length === 0) return { data: toData(isEntities, texts.map(parse)) };

    let response: CacheHeaders | undefined;
    const asked = isEntities ? { ...variables, representations: missing.map((index) => parts[index]) } : variables;
    const result = await transport.fetch(
      {
        ...toPlain(request),
        variables: asked,
        onResponse(received, status) {
          request.onResponse?.(received, status);
          const [cacheControl, age, vary] = ['cache-control', 'age', 'vary'].map((name) => received[name]?.toString());
          response = { cacheControl, age, vary };
        },
      },
      context,
    );
    const policy =
      response && !result.errors?.length ? readCachePolicy(response, isCredentialed, settings.ttlMs) : NOT_KEPT;
    tell(context, policy, 0);
    const answers = isEntities ? result.data?._entities : [result.data];
    if (!Array.isArray(answers) || answers.length !== missing.length) {
      return missing.length === parts.length ? result : toPartial(result, texts, missing, []);
    }
    const labelled = missing.map((index, at) =>
      isEntities
        ? labels.ofEntity(request.subgraph, parts[index], at, result.extensions)
        : labels.ofFields(request, variables, result.extensions),
    );
    tellLabels?.(context, request.subgraph, labelled);
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
  /** Null: there is no viewer to keep anything for. */
  readonly private: string | null;
}

/** What is kept for this viewer, or else for everybody. */
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

function tellOfHit(context: RequestContext, { storedAtMs, ttlMs }: CachedAnswer, tell: typeof tellClient): void {
  const ageMs = Math.max(0, Date.now() - storedAtMs);
  const scope = context.identity ? 'private' : 'public';
  tell(context, { ttlMs: ttlMs - ageMs, scope }, ageMs);
  context.plugin?.fetches.restrictCache(`max-age=${Math.floor((ttlMs - ageMs) / 1_000)}, ${scope}`);
}

/** The entities found and those that came, in the order asked; paths of errors count the latter. */
function toPartial(
  result: GraphQLResult,
  texts: readonly (string | undefined)[],
  missing: readonly number[],
  answers: readonly unknown[],
): GraphQLResult {
  const entities = texts.map(parse);
  for (const [at, index] of missing.entries()) entities[index] = answers[at] ?? null;
  const errors = result.errors?.map((error) => {
    const [root, at, ...rest] = Array.isArray(error?.path) ? error.path : [];
    const index = typeof at === 'number' ? missing[at] : undefined;
    return index === undefined ? error : changeError(error, { path: [root ?? '_entities', index, ...rest] });
  });
  return { data: { _entities: entities }, ...(errors?.length && { errors }) };
}

function toData(isEntities: boolean, answers: readonly unknown[]): Record<string, unknown> {
  return isEntities ? { _entities: answers } : (answers[0] as Record<string, unknown>);
}

function parse(text: string | undefined): unknown {
  return text === undefined ? null : parseExactJson(text);
}

/** Without the text of the whole request, which does not hold for a part of it. */
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
