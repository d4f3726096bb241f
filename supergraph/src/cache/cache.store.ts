import type { Logger } from '@vibecode/platform/log';
import { Cluster } from 'ioredis';
import { LRUCache } from 'lru-cache';
import type { RedisConnectionConfig } from '../config/redis.section.ts';
import type { AnswerLabels } from './cache.tags.ts';
import { createRedisClient } from './redis.client.ts';

export interface CachedAnswer {
  /** JSON text. Each reader parses it into objects of its own. */
  readonly text: string;
  readonly storedAtMs: number;
  readonly ttlMs: number;
  readonly labels?: AnswerLabels;
}

/** A store of cached answers. A failed read is a miss, and a failed write is ignored. */
export interface CacheStore extends AsyncDisposable {
  /** Resolves when the store is connected, or when the first attempt to connect has failed. */
  readonly ready: Promise<void>;
  /** @returns the answers in the order of the keys */
  readMany(keys: readonly string[]): Promise<(CachedAnswer | undefined)[]> | (CachedAnswer | undefined)[];
  /** @param groups names of groups that the answer belongs to */
  write(key: string, answer: CachedAnswer, groups: readonly string[]): Promise<void>;
  /** Removes all answers of a group. @returns their number @throws if the store cannot be reached */
  removeGroup(group: string): Promise<number>;
}

/** @param maxBytes limit of texts and keys together; the least recently used answers are removed first */
export function createMemoryStore(maxBytes: number): CacheStore {
  const groupsOf = new Map<string, readonly string[]>();
  const members = new Map<string, Set<string>>();
  const forget = (key: string): void => {
    for (const group of groupsOf.get(key) ?? []) {
      const keys = members.get(group);
      keys?.delete(key);
      if (keys?.size === 0) members.delete(group);
    }
    groupsOf.delete(key);
  };
  const answers = new LRUCache<string, CachedAnswer>({
    maxSize: maxBytes,
    // A character takes at most two bytes, and each entry has an overhead.
    sizeCalculation: ({ text }, key) => 2 * (text.length + key.length) + 200,
    dispose: (_answer, key) => forget(key),
  });
  return {
    ready: Promise.resolve(),
    readMany: (keys) => keys.map((key) => answers.get(key)),
    async write(key, answer, groups) {
      answers.set(key, answer, { ttl: answer.ttlMs });
      if (groups.length === 0 || !answers.has(key)) return;
      groupsOf.set(key, groups);
      for (const group of groups) {
        const keys = members.get(group);
        if (keys) keys.add(key);
        else members.set(group, new Set([key]));
      }
    },
    async removeGroup(group) {
      const keys = [...(members.get(group) ?? [])];
      return keys.filter((key) => answers.delete(key)).length;
    },
    async [Symbol.asyncDispose]() {
      answers.clear();
    },
  };
}

export interface RedisStoreOptions {
  readonly config: RedisConnectionConfig;
  /** Prefix of the keys of answers. */
  readonly prefix: string;
  /** Prefix of the keys of groups, which outlive a supergraph. Default: `prefix`. */
  readonly groupPrefix?: string;
  /** Timeouts of Redis commands. After a read's timeout, the answer is fetched from the subgraph. */
  readonly timeouts: { readonly readMs: number; readonly writeMs: number; readonly removeMs: number };
  readonly log?: Logger | undefined;
}

const PURPOSE = 'the response cache';
/** Most keys that one command removes. */
const REMOVED_AT_ONCE = 500;

export function createRedisStore({
  config,
  prefix,
  groupPrefix = prefix,
  timeouts,
  log,
}: RedisStoreOptions): CacheStore {
  const reads = createRedisClient({ config, timeoutMs: timeouts.readMs, purpose: PURPOSE, log });
  const writes = createRedisClient({ config, timeoutMs: timeouts.writeMs, purpose: PURPOSE });
  const removals = createRedisClient({ config, timeoutMs: timeouts.removeMs, purpose: PURPOSE });
  const toGroupKey = (group: string) => `${groupPrefix}group:${group}`;
  return {
    ready: Promise.all([reads.ready, writes.ready]).then(() => undefined),
    async readMany(keys) {
      const { commands } = reads;
      const full = keys.map((key) => prefix + key);
      try {
        // Each node of a cluster has a part of the keys.
        const texts =
          commands instanceof Cluster
            ? await Promise.all(full.map((key) => commands.get(key)))
            : await commands.mget(full);
        return texts.map((text) => (text === null ? undefined : (JSON.parse(text) as CachedAnswer)));
      } catch {
        // Redis is unreachable, which the client logs. The read is a miss.
        return keys.map(() => undefined);
      }
    },
    async write(key, answer, groups) {
      const { commands } = writes;
      const full = prefix + key;
      const ttlMs = Math.ceil(answer.ttlMs);
      const endsAtMs = Date.now() + ttlMs;
      const kept = groups.flatMap((group) => {
        const at = toGroupKey(group);
        return [
          commands.zadd(at, endsAtMs, full),
          commands.zremrangebyscore(at, '-inf', String(Date.now())),
          // The group lives as long as its longest-lived answer.
          commands.pexpire(at, ttlMs, 'NX'),
          commands.pexpire(at, ttlMs, 'GT'),
        ];
      });
      await Promise.allSettled([commands.set(full, JSON.stringify(answer), 'PX', ttlMs), ...kept]);
    },
    async removeGroup(group) {
      const { commands } = removals;
      const at = toGroupKey(group);
      const keys = await commands.zrange(at, '0', '-1');
      let removed = 0;
      for (let from = 0; from < keys.length; from += REMOVED_AT_ONCE) {
        const some = keys.slice(from, from + REMOVED_AT_ONCE);
        const counts =
          commands instanceof Cluster
            ? await Promise.all(some.map((key) => commands.unlink(key)))
            : [await commands.unlink(...some)];
        removed += counts.reduce((sum, count) => sum + count, 0);
      }
      // Not the whole group is deleted, because an answer may have been added meanwhile.
      if (keys.length > 0) await commands.zrem(at, ...keys);
      return removed;
    },
    async [Symbol.asyncDispose]() {
      for (const client of [reads, writes, removals]) client[Symbol.dispose]();
    },
  };
}
