import { startOutboxRelay } from '@vibecode/platform/events/outbox.relay';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { startInterval } from '@vibecode/platform/interval';
import { openRedis } from '@vibecode/platform/redis/redis.connection';
import { runService } from '@vibecode/platform/service';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { z } from 'zod';
import { createAuthRoutes } from './auth.routes.ts';
import { toClient } from './client.ts';
import { systemClock } from './clock.ts';
import type { AuthContext } from './context.ts';
import { openAuthDatabase } from './database.ts';
import { authSettings, parseAuthEnv } from './env.ts';
import { createLoginThrottle } from './login.throttle.ts';
import type { CreateUser } from './registration.service.ts';
import { schema } from './schema.ts';
import { openSealing } from './sealing.ts';
import { createAuthServices } from './services.ts';
import { createSessionCookies } from './session.cookies.ts';

const [KEYS_EVERY_MS, PENDING_EVERY_MS, ENDED_EVERY_MS] = [5 * 60_000, 30_000, 60 * 60_000];

/** Starts auth. Disposing stops the server first and closes the database last. */
export async function startAuth(infrastructure: Infrastructure): Promise<RunningSubgraph> {
  const { bus, cache, broadcast, calls, verifier, log } = infrastructure;
  const env = parseAuthEnv(infrastructure.env);
  await using started = new AsyncDisposableStack();

  const orm = await openAuthDatabase(infrastructure.databaseUrl, infrastructure.databasePoolSize);
  started.defer(() => orm.close(true));
  const redis = env.redis === null ? null : started.use(await openRedis({ ...env.redis, log }));
  started.use(startOutboxRelay({ orm, bus, log, service: 'auth' }));

  const createUser: CreateUser = async (user) => {
    await calls.call('user', 'users', { userId: user.id, body: user, result: z.object({ id: z.literal(user.id) }) });
  };
  const throttle = createLoginThrottle(redis);
  const clock = systemClock;
  const sealing = await openSealing(env.signingKeyPassphrase, infrastructure.dataDir);
  const shared = { orm, cache, broadcast, verifier, log };
  const services = await createAuthServices({ ...shared, env, sealing, throttle, createUser, clock });
  await services.sessions.announceRecent();

  const { ring, registrations, sessions } = services;
  started.use(startInterval('signing-keys.refresh', KEYS_EVERY_MS, () => ring.refresh(), log));
  started.use(startInterval('registrations.finish', PENDING_EVERY_MS, () => registrations.finishPending(), log));
  started.use(startInterval('sessions.delete', ENDED_EVERY_MS, () => sessions.deleteEnded(), log));

  const subgraph = started.use(
    await startSubgraph<AuthContext>({
      infrastructure,
      schema,
      context: (operation) => ({
        ...operation,
        services,
        client: toClient(operation.headers),
        cookies: createSessionCookies(operation, { secure: env.secureCookies }),
      }),
      routes: createAuthRoutes(services, infrastructure.serviceSecret),
      ready: { database: () => orm.em.fork().execute('select 1') },
    }),
  );
  const all = started.move();
  return { name: subgraph.name, url: subgraph.url, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

if (import.meta.main) await runService('auth', startAuth, authSettings);
