import type { RequestContext } from '../request/context.ts';

/** How long an answer may be cached, and for which viewers. */
export interface CachePolicy {
  /** 0: the answer must not be cached. */
  readonly ttlMs: number;
  /** `private`: only for the viewer of the request. */
  readonly scope: 'public' | 'private';
}

export interface CacheHeaders {
  readonly cacheControl: string | undefined;
  readonly age: string | undefined;
  readonly vary: string | undefined;
}

const NONE: CachePolicy = { ttlMs: 0, scope: 'private' };
/** Headers that identify the client. */
const IDENTIFYING = new Set(['authorization', 'cookie', 'x-authenticated-user']);

/**
 * Reads a subgraph's `Cache-Control`, `Age` and `Vary` as a shared cache does (RFC 9111). An answer to an identified client may
 * be used for other clients only if the subgraph says `public` or `s-maxage` (3.5).
 * @param defaultTtlMs for cacheable answers without a lifetime
 */
export function readCachePolicy(
  { cacheControl, age, vary }: CacheHeaders,
  hasIdentity: boolean,
  defaultTtlMs: number | null,
): CachePolicy {
  if (!cacheControl) return NONE;
  const directives = new Map<string, string>();
  for (const directive of cacheControl.toLowerCase().split(',')) {
    const [name = '', value = ''] = directive.split('=', 2);
    directives.set(name.trim(), value.trim().replaceAll('"', ''));
  }
  const varied = (vary ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  if (directives.has('no-store') || directives.has('no-cache') || varied.includes('*')) return NONE;
  const stated = directives.get('s-maxage') ?? directives.get('max-age');
  const lifetimeMs = stated === undefined ? (defaultTtlMs ?? 0) : Number(stated) * 1_000;
  const ttlMs = lifetimeMs - (Number(age) || 0) * 1_000;
  if (!(ttlMs > 0)) return NONE;
  const isShared = directives.has('public') || directives.has('s-maxage') || !hasIdentity;
  const isPrivate = directives.has('private') || varied.some((name) => IDENTIFYING.has(name)) || !isShared;
  return { ttlMs, scope: isPrivate ? 'private' : 'public' };
}

interface Answered {
  readonly remainingMs: number;
  readonly ageMs: number;
  readonly isPrivate: boolean;
}

const answers = new WeakMap<RequestContext, Answered>();

/**
 * Sets the client's `Cache-Control` and `Age` to those of the part with the shortest lifetime. The answer to a signed-in viewer
 * is always private, because the visible fields depend on the viewer.
 */
export function setCacheHeaders(context: RequestContext, policy: CachePolicy, ageMs: number): void {
  if (!context.setHeader) return;
  const before = answers.get(context);
  const answered = {
    remainingMs: Math.min(before?.remainingMs ?? Number.POSITIVE_INFINITY, policy.ttlMs),
    ageMs: Math.max(before?.ageMs ?? 0, ageMs),
    isPrivate: before?.isPrivate === true || policy.scope === 'private' || context.identity !== null,
  };
  answers.set(context, answered);
  if (answered.remainingMs < 1_000) {
    context.setHeader('cache-control', 'no-store');
    return;
  }
  context.setHeader('vary', 'origin, authorization, cookie');
  const ageS = Math.floor(answered.ageMs / 1_000);
  const maxAgeS = Math.floor(answered.remainingMs / 1_000) + ageS;
  context.setHeader('cache-control', `max-age=${maxAgeS}, ${answered.isPrivate ? 'private' : 'public'}`);
  if (ageS > 0) context.setHeader('age', String(ageS));
}
