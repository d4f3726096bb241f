import { timingSafeEqual } from 'node:crypto';
import { AppError, UnauthenticatedError, UnavailableError } from '@vibecode/platform/errors';
import { z } from 'zod';
import type { RouterConfig } from '../config/config.schema.ts';
import type { CacheStore } from './cache.store.ts';

type CacheConfig = RouterConfig['response_cache'];

const invalidations = z
  .array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('subgraph'), subgraph: z.string() }),
      z.object({ kind: z.literal('type'), subgraph: z.string(), type: z.string() }),
      z.object({ kind: z.literal('cache_tag'), subgraphs: z.array(z.string()).min(1), cache_tag: z.string() }),
    ]),
  )
  .min(1);

/** Names of groups: the answers of a group are removed together. */
export const groupOf = {
  subgraph: (subgraph: string) => `subgraph:${subgraph}`,
  type: (subgraph: string, type: string) => `type:${subgraph}:${type}`,
  tag: (subgraph: string, tag: string) => `tag:${subgraph}:${tag}`,
};

/** Removes cached answers. The body is that of Apollo Router's invalidation endpoint. @returns the number of removed answers */
export type Invalidate = (body: unknown, authorization: string | undefined) => Promise<number>;

/**
 * @returns a function that throws UnauthenticatedError for a key that does not belong to every named subgraph, AppError
 *   `INVALID_INVALIDATION` for an invalid body, and UnavailableError if Redis is unreachable
 */
export function createInvalidation(config: CacheConfig, storeOf: (subgraph: string) => CacheStore): Invalidate {
  const keyOf = (subgraph: string): string | null => {
    const settings = config.subgraph.subgraphs[subgraph]?.invalidation ?? config.subgraph.all.invalidation;
    return settings?.enabled ? settings.shared_key : null;
  };
  return async (body, authorization = '') => {
    const parsed = invalidations.safeParse(body);
    if (!parsed.success) {
      const expected =
        'expected a list of { kind: subgraph, subgraph }, { kind: type, subgraph, type } or { kind: cache_tag, subgraphs, cache_tag }';
      throw new AppError('INVALID_INVALIDATION', `The body is not valid: ${expected}.`);
    }
    const targets = parsed.data.flatMap((one) => {
      if (one.kind === 'subgraph') return [{ subgraph: one.subgraph, group: groupOf.subgraph(one.subgraph) }];
      if (one.kind === 'type') return [{ subgraph: one.subgraph, group: groupOf.type(one.subgraph, one.type) }];
      return one.subgraphs.map((subgraph) => ({ subgraph, group: groupOf.tag(subgraph, one.cache_tag) }));
    });
    for (const { subgraph } of targets) {
      if (!isSame(keyOf(subgraph), authorization)) {
        throw new UnauthenticatedError(
          'The header authorization must be the shared_key of every subgraph in the body.',
        );
      }
    }
    let removed = 0;
    try {
      for (const { subgraph, group } of targets) removed += await storeOf(subgraph).removeGroup(group);
    } catch (cause) {
      const message = 'Redis is unreachable, so that cached answers could not be removed. Try again later.';
      throw new UnavailableError('CACHE_UNAVAILABLE', message, { cause });
    }
    return removed;
  };
}

/** Compares in constant time. */
function isSame(expected: string | null, given: string): boolean {
  if (expected === null) return false;
  const [one, two] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === two.length && timingSafeEqual(one, two);
}
