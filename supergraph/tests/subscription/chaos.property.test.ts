import * as fc from '@vibecode/platform/testing/property';
import { connectSlowly, type SlowClient } from '../support/slow.client.ts';
import { FEED, NEXT_FEED } from './feed.fixture.ts';
import { startFeed } from './subscription.fixture.ts';

type Test = Awaited<ReturnType<typeof startFeed>>;

/** What clients follow: forwarded as it is, completed from another subgraph, its cursor not selected, large. */
const QUERIES = [
  'subscription($after: Int) { posted(afterSeq: $after) { seq } }',
  'subscription($after: Int) { posted(afterSeq: $after) { seq author { name } } }',
  'subscription($after: Int) { posted: changed(afterSeq: $after) { item { seq } } }',
  'subscription($after: Int) { posted(afterSeq: $after) { seq text } }',
];
const BYTES = 100_000;

/** A client that follows the feed for as long as it takes, over however many connections. */
class Follower {
  readonly seqs: number[] = [];
  readonly errors: unknown[] = [];
  #client: SlowClient | null = null;
  #seen = 0;

  constructor(
    private readonly url: string,
    private readonly query: string,
  ) {}

  async connect(): Promise<void> {
    const client = await connectSlowly(this.url);
    client.subscribe('s', this.query, { after: this.seqs.at(-1) ?? 0 });
    this.#client = client;
    this.#seen = 0;
  }

  async reconnect(): Promise<void> {
    // What had arrived is known; what was on its way is not, and comes again.
    this.#read();
    await this.#client?.[Symbol.asyncDispose]();
    await this.connect();
  }

  stopReading(): void {
    this.#client?.stopReading();
  }

  async readUpTo(seq: number): Promise<void> {
    this.#client?.goOnReading();
    await this.#client?.until(() => {
      this.#read();
      return this.errors.length > 0 || (this.seqs.at(-1) ?? 0) >= seq;
    });
    await this.#client?.[Symbol.asyncDispose]();
  }

  #read(): void {
    for (const { type, payload } of this.#client?.messages.slice(this.#seen) ?? []) {
      this.#seen += 1;
      if (type !== 'next') {
        if (type !== 'connection_ack') this.errors.push({ type, payload });
        continue;
      }
      const { data, errors } = payload as { data?: { posted?: { seq?: number; item?: { seq: number } } }; errors?: [] };
      if (errors) this.errors.push(...errors);
      const { posted } = data ?? {};
      const seq = posted?.seq ?? posted?.item?.seq;
      if (seq !== undefined) this.seqs.push(seq);
    }
  }
}

interface Step {
  readonly take: (test: Test, followers: readonly Follower[]) => unknown;
  [fc.toStringMethod](): string;
}

const toStep = (name: string, take: Step['take']): Step => ({ take, [fc.toStringMethod]: () => name });

const post = fc
  .integer({ min: 1, max: 40 })
  .map((count) => toStep(`post ${count}`, ({ feed }) => feed.post('x'.repeat(BYTES), count)));
const kill = fc.constant(
  toStep('kill the subgraph', async (test) => {
    await test.killFeed();
    test.feed.post('while it was gone', 2);
    await test.restartFeed();
  }),
);
const recompose = fc
  .boolean()
  .map((isNext) =>
    toStep(`compose the ${isNext ? 'next' : 'first'} graph`, (test) => test.recompose(isNext ? NEXT_FEED : FEED)),
  );
const reconfigure = fc
  .integer({ min: 8, max: 200 })
  .map((capacity) =>
    toStep(`queue ${capacity}`, (test) => test.reconfigure(`subscription: { queue_capacity: ${capacity} }`)),
  );
const holdRest = fc.boolean().map((isHeld) =>
  toStep(isHeld ? 'hold the rest' : 'let the rest go on', ({ users }) =>
    users.change((state) => {
      state.isHeld = isHeld;
    }),
  ),
);
const someone = fc.nat(QUERIES.length - 1);
const reconnect = someone.map((n) => toStep(`reconnect ${n}`, (_test, followers) => followers[n]?.reconnect()));
const lag = someone.map((n) => toStep(`${n} stops reading`, (_test, followers) => followers[n]?.stopReading()));
const wait = fc
  .integer({ min: 1, max: 80 })
  .map((ms) => toStep(`wait ${ms} ms`, () => new Promise((resolve) => setTimeout(resolve, ms))));

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: post },
    { weight: 2, arbitrary: kill },
    { weight: 2, arbitrary: recompose },
    { weight: 1, arbitrary: reconfigure },
    { weight: 2, arbitrary: holdRest },
    { weight: 3, arbitrary: reconnect },
    { weight: 3, arbitrary: lag },
    { weight: 4, arbitrary: wait },
  ),
  { minLength: 8, maxLength: 20 },
);

describe('a stream, whatever happens meanwhile', () => {
  it(
    'brings every event once and in order over kills, reloads, slow readers and reconnections',
    async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (taken) => {
          await using test = await startFeed({ configText: 'subscription: { queue_capacity: 50 }' });
          const followers = QUERIES.map((query) => new Follower(test.socketUrl, query));
          for (const follower of followers) await follower.connect();
          for (const { take } of taken) await take(test, followers);
          test.users.change((state) => {
            state.isHeld = false;
          });
          test.feed.post('the last one');
          const last = test.feed.state.log.length;
          const all = Array.from({ length: last }, (_, index) => index + 1);
          await Promise.all(followers.map((follower) => follower.readUpTo(last)));
          for (const { seqs, errors } of followers) expect({ seqs, errors }).toEqual({ seqs: all, errors: [] });
        }),
        // Making a failure smaller would take minutes: each step is real, and each run starts servers.
        { numRuns: 12, endOnFailure: true },
      );
    },
    fc.PROPERTY_TIMEOUT_MS,
  );
});
