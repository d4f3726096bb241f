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

/** A name by which answers of a subgraph are removed together. */
export const groupOf = {
  subgraph: (subgraph: string) => `subgraph:${subgraph}`,
  type: (subgraph: string, type: string) => `type:${subgraph}:${type}`,
  tag: (subgraph: string, tag: string) => `tag:${subgraph}:${tag}`,
};

/** Removes what is kept, as Apollo Router's invalidation endpoint is asked to. */
export type Invalidate = (body: unknown, authorization: string | undefined) => Promise<number>;

/**
 * @returns removes, and says how many answers that were. It throws UnauthenticatedError for a key that is not that of all
 *   subgraphs named, AppError `INVALID_INVALIDATION` for a body that is none, UnavailableError where Redis is away
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
      throw new AppError('INVALID_INVALIDATION', `The body is wrong: ${expected}.`);
    }
    const targets = parsed.data.flatMap((one) => {
      if (one.kind === 'subgraph') return [{ subgraph: one.subgraph, group: groupOf.subgraph(one.subgraph) }];
      if (one.kind === 'type') return [{ subgraph: one.subgraph, group: groupOf.type(one.subgraph, one.type) }];
      return one.subgraphs.map((subgraph) => ({ subgraph, group: groupOf.tag(subgraph, one.cache_tag) }));
    });
    for (const { subgraph } of targets) {
      if (!isSame(keyOf(subgraph), authorization)) {
        throw new UnauthenticatedError(
          'The header authorization has to be the shared_key of every subgraph that is named.',
        );
      }
    }
    let removed = 0;
    try {
      for (const { subgraph, group } of targets) removed += await storeOf(subgraph).removeGroup(group);
    } catch (cause) {
      const message = 'Redis is out of reach: what is kept there could not be removed. Try again.';
      throw new UnavailableError('CACHE_UNAVAILABLE', message, { cause });
    }
    return removed;
  };
}

/** In the same time whatever the key is. */
function isSame(expected: string | null, given: string): boolean {
  if (expected === null) return false;
  const [one, two] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === two.length && timingSafeEqual(one, two);
}
