import type { Broadcast } from '../broadcast/broadcast.ts';
import { toRedisChannel } from '../broadcast/redis.broadcast.ts';
import { newId } from '../id.ts';
import { startInterval } from '../interval.ts';
import type { RedisConnection } from '../redis/redis.connection.ts';
import type { ServiceRegistry } from './registry.ts';

export interface RedisRegistryOptions {
  readonly connection: RedisConnection;
  /** A broadcast over the same Redis. */
  readonly broadcast: Broadcast;
  /** Time that an instance stays in the list after its last heartbeat. Default 15,000. */
  readonly ttlMs?: number;
  /** Interval of heartbeats and of reading the list. Default: a third of `ttlMs`. */
  readonly heartbeatMs?: number;
}

/*
 * Each service has a sorted set of members `<instance id> <url>`, scored by their expiry on Redis's clock. Because of the id, an
 * instance that leaves late does not remove its successor at the same URL.
 */

/** KEYS: instances. ARGV: ttl in ms, member, channel. */
const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('ZSCORE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[1] * 2)
if not known then redis.call('PUBLISH', ARGV[3], 'joined') end
`;

/** KEYS: instances. ARGV: member, channel. */
const LEAVE = `
if redis.call('ZREM', KEYS[1], ARGV[1]) == 1 then redis.call('PUBLISH', ARGV[2], 'left') end
`;

/** KEYS: instances. Returns the members that have not expired. */
const LIST = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;

/** A registry that all processes with this Redis share. Joining and leaving are visible at once, a dead instance after `ttlMs`. */
export function createRedisRegistry(options: RedisRegistryOptions): ServiceRegistry {
  const { connection, broadcast, ttlMs = 15_000, heartbeatMs = Math.ceil(ttlMs / 3) } = options;
  const { commands, prefix, log } = connection;
  const keyOf = (service: string) => `${prefix}registry:${service}`;
  const channelOf = (service: string) => `registry:${service}`;

  async function list(service: string): Promise<string[]> {
    const members = (await commands.eval(LIST, 1, keyOf(service))) as string[];
    return [...new Set(members.map((member) => member.slice(member.indexOf(' ') + 1)))].sort();
  }

  return {
    async register(service, url) {
      const member = `${newId()} ${url}`;
      const channel = toRedisChannel(connection, channelOf(service));
      const beat = async () => {
        await commands.eval(BEAT, 1, keyOf(service), ttlMs, member, channel);
      };
      await beat();
      const beats = startInterval('registry.heartbeat', heartbeatMs, beat, log);
      return {
        async [Symbol.asyncDispose]() {
          await beats[Symbol.asyncDispose]();
          await commands.eval(LEAVE, 1, keyOf(service), member, channel).catch((error: unknown) => {
            log.warn(
              { action: 'registry.leave-failed', service, error },
              'This instance could not be removed from the registry; its entry expires',
            );
          });
        },
      };
    },
    async watch(service, onChange) {
      let reported: string | null = null;
      let turn: Promise<void> = Promise.resolve();
      const read = async () => {
        const urls = await list(service);
        const text = urls.join(' ');
        if (text === reported) return;
        reported = text;
        onChange(urls);
      };
      // Reads run one after another, so that an older result is not reported last.
      const readNext = () => {
        // The caller of each read has logged its failure; it does not keep the next one from running.
        turn = turn.then(read, read);
        return turn;
      };
      const readSoon = () => {
        readNext().catch((error: unknown) => log.warn({ action: 'registry.read-failed', service, error }));
      };
      await using started = new AsyncDisposableStack();
      started.use(await broadcast.subscribe(channelOf(service), readSoon, readSoon));
      await readNext();
      started.use(startInterval('registry.read', heartbeatMs, readNext, log));
      const owned = started.move();
      return {
        async [Symbol.asyncDispose]() {
          await owned.disposeAsync();
          // The failed read has already been logged.
          await turn.catch(() => undefined);
        },
      };
    },
  };
}
