import type { Redis } from 'ioredis';

/**
 * KEYS: entries, state. ARGV: epoch, ttl in ms, channel, message, then `seq`, data of each entry.
 * Returns {'OK'}, {'STALE', current epoch}, {'SEALED'} or {'GAP', last seq}. All checks come first, because a script that fails
 * halfway is not rolled back.
 */
const APPEND = `
local state = redis.call('HMGET', KEYS[2], 'epoch', 'seq', 'sealed')
local epoch, current, last = tonumber(ARGV[1]), tonumber(state[1] or 0), tonumber(state[2] or 0)
if epoch < current then return {'STALE', current} end
local first = tonumber(ARGV[5])
if first and first <= last and epoch == current then
  local repeated = true
  for i = 5, #ARGV, 2 do
    local id = ARGV[i] .. '-0'
    local found = redis.call('XRANGE', KEYS[1], id, id)
    if #found == 0 or found[1][2][2] ~= ARGV[i + 1] then repeated = false break end
  end
  if repeated then return {'OK'} end
end
if state[3] then return {'SEALED'} end
if first and first ~= last + 1 then return {'GAP', last} end
for i = 5, #ARGV, 2 do
  redis.call('XADD', KEYS[1], ARGV[i] .. '-0', 'd', ARGV[i + 1])
  last = ARGV[i]
end
redis.call('HSET', KEYS[2], 'epoch', epoch, 'seq', last)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if first then redis.call('PUBLISH', ARGV[3], ARGV[4]) end
return {'OK'}
`;

/** KEYS: entries, state. ARGV: epoch, ttl in ms, channel. Returns {'OK'} or {'STALE', current epoch}. */
const SEAL = `
local state = redis.call('HMGET', KEYS[2], 'epoch', 'seq', 'sealed')
local epoch, current = tonumber(ARGV[1]), tonumber(state[1] or 0)
if epoch < current then return {'STALE', current} end
if state[3] then return {'OK'} end
redis.call('HSET', KEYS[2], 'epoch', epoch, 'seq', state[2] or 0, 'sealed', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('PUBLISH', ARGV[3], '')
return {'OK'}
`;

type Outcome = readonly [outcome: 'OK' | 'STALE' | 'SEALED' | 'GAP', value?: number | string];

export interface StreamScripts {
  streamAppend(
    entriesKey: string,
    stateKey: string,
    epoch: number,
    ttlMs: number,
    channel: string,
    message: string,
    ...seqsAndData: (number | string)[]
  ): Promise<Outcome>;
  streamSeal(entriesKey: string, stateKey: string, epoch: number, ttlMs: number, channel: string): Promise<Outcome>;
}

/** ioredis adds defined commands to the connection at run time. */
export function defineStreamScripts(redis: Redis): StreamScripts {
  redis.defineCommand('streamAppend', { numberOfKeys: 2, lua: APPEND });
  redis.defineCommand('streamSeal', { numberOfKeys: 2, lua: SEAL });
  return redis as unknown as StreamScripts;
}
