import type { Broadcast } from '../../src/broadcast/broadcast.ts';

/** Two instances of one system; the same one twice where a driver serves one process only. */
export interface BroadcastPair extends AsyncDisposable {
  readonly here: Broadcast;
  readonly there: Broadcast;
}

/** What every broadcast does. */
export function describeBroadcast(driver: string, start: () => Promise<BroadcastPair>): void {
  describe(`broadcast: ${driver}`, () => {
    let pair: BroadcastPair;
    beforeAll(async () => {
      pair = await start();
    });
    afterAll(() => pair[Symbol.asyncDispose]());

    it('reaches every listener of the channel, in order, and no other', async () => {
      const inboxes = [createInbox(), createInbox(), createInbox()] as const;
      await using _one = await pair.here.subscribe('a', inboxes[0].take);
      await using _two = await pair.there.subscribe('a', inboxes[1].take);
      await using _other = await pair.there.subscribe('b', inboxes[2].take);
      for (let index = 0; index < 20; index++) await pair.here.publish('a', `${index}`);
      await pair.here.publish('b', 'end');
      await inboxes[2].received(1);
      const expected = Array.from({ length: 20 }, (_, index) => `${index}`);
      expect(await inboxes[0].received(20)).toEqual(expected);
      expect(await inboxes[1].received(20)).toEqual(expected);
      expect(inboxes[2].messages).toEqual(['end']);
    });

    it('stops at the one that leaves only', async () => {
      const [leaver, stayer] = [createInbox(), createInbox()];
      const leaving = await pair.there.subscribe('c', leaver.take);
      await using _staying = await pair.there.subscribe('c', stayer.take);
      await pair.here.publish('c', 'both');
      await Promise.all([leaver.received(1), stayer.received(1)]);
      await leaving[Symbol.asyncDispose]();
      await leaving[Symbol.asyncDispose]();
      await pair.here.publish('c', 'one');
      expect(await stayer.received(2)).toEqual(['both', 'one']);
      expect(leaver.messages).toEqual(['both']);
    });

    it('comes back after the last listener has left', async () => {
      const inbox = createInbox();
      for (let round = 1; round <= 5; round++) {
        await using _subscription = await pair.there.subscribe('d', inbox.take);
        await pair.here.publish('d', `${round}`);
        await inbox.received(round);
      }
      expect(inbox.messages).toEqual(['1', '2', '3', '4', '5']);
    });

    it('keeps the other listeners when one throws', async () => {
      const inbox = createInbox();
      await using _broken = await pair.there.subscribe('e', () => {
        throw new Error('broken listener');
      });
      await using _working = await pair.there.subscribe('e', inbox.take);
      await pair.here.publish('e', 'message');
      expect(await inbox.received(1)).toEqual(['message']);
    });
  });
}

/** Takes messages and tells when there are so many. */
export function createInbox() {
  const messages: string[] = [];
  let arrived = Promise.withResolvers<void>();
  return {
    messages,
    take(message: string) {
      messages.push(message);
      arrived.resolve();
      arrived = Promise.withResolvers();
    },
    async received(count: number): Promise<string[]> {
      while (messages.length < count) await arrived.promise;
      return messages;
    },
  };
}
