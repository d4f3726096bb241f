import { openDatabase } from '@vibecode/platform/database';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { runService } from '@vibecode/platform/service';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { defineInternalRoute } from '@vibecode/platform/subgraph/http-route';
import { createUserContext } from './context.ts';
import { database } from './database.ts';
import { schema } from './schema.ts';
import { newUser, UserService } from './user.service.ts';

export async function startUser(infrastructure: Infrastructure): Promise<RunningSubgraph> {
  await using started = new AsyncDisposableStack();
  const { databaseUrl: url, databasePoolSize: poolSize } = infrastructure;
  const orm = started.adopt(await openDatabase({ ...database, url, poolSize }), (opened) => opened.close(true));
  const service = new UserService();

  const subgraph = started.use(
    await startSubgraph({
      infrastructure,
      schema,
      context: (operation) => createUserContext(orm, service, operation),
      routes: [
        defineInternalRoute({
          path: '/internal/users',
          callers: ['auth'],
          input: newUser,
          handle: (input) => service.register(orm.em.fork(), input),
        }),
      ],
      ready: { database: () => orm.em.fork().getConnection().execute('select 1') },
    }),
  );
  const resources = started.move();
  return { ...subgraph, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

if (import.meta.main) await runService('user', startUser);
