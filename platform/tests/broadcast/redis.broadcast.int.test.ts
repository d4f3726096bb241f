import { createRedisBroadcast } from '../../src/broadcast/redis.broadcast.ts';
import { createTestPrefix, openTestRedis } from '../redis.fixture.ts';
import { createInbox, describeBroadcast } from './broadcast.contract.ts';

async function startInstance(prefix: string) {
  const connection = await openTestRedis(prefix);
  const broadcast = createRedisBroadcast(connection);
  return {
    connection,
    broadcast,
    async [Symbol.asyncDispose]() {
      await broadcast[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}

describeBroadcast('redis, two processes', async () => {
  const prefix = createTestPrefix();
  const [here, there] = [await startInstance(prefix), await startInstance(prefix)];
  return {
    here: here.broadcast,
    there: there.broadcast,
    async [Symbol.asyncDispose]() {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
    },
  };
});

describe('redis broadcast', () => {
  it('tells of the gap once the subscriptions stand again', async () => {
    const prefix = createTestPrefix();
    await using here = await startInstance(prefix);
    await using there = await startInstance(prefix);
    const gap = Promise.withResolvers<void>();
    const inbox = createInbox();
    await using _subscription = await there.broadcast.subscribe('channel', inbox.take, gap.resolve);
    there.connection.subscriptions.disconnect(true);
    await gap.promise;
    await here.broadcast.publish('channel', 'after the gap');
    expect(await inbox.received(1)).toEqual(['after the gap']);
  });

  it('does not hear another system on the same Redis', async () => {
    await using one = await startInstance(createTestPrefix());
    await using other = await startInstance(createTestPrefix());
    const [inbox, foreign] = [createInbox(), createInbox()];
    await using _one = await one.broadcast.subscribe('channel', inbox.take);
    await using _other = await other.broadcast.subscribe('channel', foreign.take);
    await other.broadcast.publish('channel', 'other');
    await one.broadcast.publish('channel', 'own');
    await foreign.received(1);
    expect(await inbox.received(1)).toEqual(['own']);
  });
});
