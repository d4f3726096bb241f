import { createMemoryBroadcast } from '@vibecode/platform/broadcast/memory.broadcast';
import { createMemoryCache } from '@vibecode/platform/cache/memory.cache';
import { OutboxMessage } from '@vibecode/platform/events/outbox';
import { createTokenVerifier } from '@vibecode/platform/identity';
import { createLog } from '@vibecode/platform/log';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import type { Clock } from '../src/clock.ts';
import { openAuthDatabase } from '../src/database.ts';
import { parseAuthEnv } from '../src/env.ts';
import { createLoginThrottle, type ThrottlePolicy } from '../src/login.throttle.ts';
import type { CreateUser } from '../src/registration.service.ts';
import { type AuthServices, createAuthServices } from '../src/services.ts';

export const client = { userAgent: 'test browser', ip: '192.0.2.1' };
export const otherClient = { userAgent: 'another browser', ip: '198.51.100.7' };

/** A clock that stands until it is moved. Starts at a whole second, as tokens count in seconds. */
export function createTestClock(start = '2026-11-24T12:00:00.000Z'): Clock & { advance(ms: number): void } {
  let now = Date.parse(start);
  return Object.assign(() => new Date(now), {
    advance(ms: number) {
      now += ms;
    },
  });
}

interface TestServicesOptions {
  /** The user service. Default: takes every user. */
  readonly createUser?: CreateUser;
  readonly throttle?: ThrottlePolicy;
  /** Of password hashes. Default 4, the cheapest. */
  readonly cost?: number;
}

/** Starts services that share one database with those of the other tests. */
export type StartServices = (options?: TestServicesOptions) => ReturnType<typeof startTestServices>;

/** The services of auth on the database at `url`, with the events and revocations that left them. */
export async function startTestServices(
  url: string,
  { createUser = async () => {}, throttle, cost = 4 }: TestServicesOptions = {},
) {
  const log = createLog({ service: 'auth', level: 'silent' });
  const clock = createTestClock();
  const orm = await openAuthDatabase(url, 10);
  const cache = createMemoryCache();
  const broadcast = createMemoryBroadcast({ log });
  const revoked: { sessionId: string; expiresAt: string }[] = [];
  await broadcast.subscribe('session.revoked', (message) => void revoked.push(JSON.parse(message)));
  const env = parseAuthEnv({ AUTH_BCRYPT_COST: String(cost) });
  // The keys are those of the ring, which is made with the verifier: asked for at the first use.
  const verifier = await createTokenVerifier({
    keys: (header, token) => createLocalJWKSet(services.ring.jwks as JSONWebKeySet)(header, token),
    cache,
    broadcast,
    now: () => clock().getTime(),
  });
  const services: AuthServices = await createAuthServices({
    env,
    sealing: { passphrase: 'a passphrase for tests', earlierPassphrases: [], source: 'the test' },
    orm,
    cache,
    broadcast,
    clock,
    log,
    verifier,
    createUser: (user) => createUser(user),
    throttle: createLoginThrottle(null, throttle),
  });
  let accounts = 0;
  return {
    ...services,
    orm,
    cache,
    clock,
    verifier,
    revoked,
    /** Topics and data of the events written so far about this account, in order. */
    async findEvents(accountId: string) {
      const rows = await orm.em.fork().find(OutboxMessage, {}, { orderBy: { id: 'asc' } });
      return rows.map(({ event }) => event).filter((event) => event.partitionkey === accountId);
    },
    /** Registers somebody new. */
    async signUp(password = 'correct horse battery') {
      const email = `person-${++accounts}-${crypto.randomUUID()}@example.com`;
      const signIn = await services.registrations.register({ email, password, displayName: 'Ann' }, client);
      return { email, password, ...signIn };
    },
    async [Symbol.asyncDispose]() {
      await broadcast[Symbol.asyncDispose]();
      await cache[Symbol.asyncDispose]();
      await orm.close(true);
    },
  };
}
