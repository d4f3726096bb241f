import { buildSubgraphSchema } from '@apollo/subgraph';
import { toStoppable } from '@vibecode/platform/stoppable.iterable';
import { type GraphQLSchema, parse, print } from 'graphql';

/** State that tests wait on: each change lets those who wait look again. */
class Observed<T extends object> {
  #waiting: (() => void)[] = [];

  constructor(readonly state: T) {}

  change(apply: (state: T) => void): void {
    apply(this.state);
    for (const look of this.#waiting.splice(0)) look();
  }

  async until(holds: (state: T) => boolean, signal?: AbortSignal): Promise<void> {
    while (!holds(this.state) && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
}

export const FEED = parse(`
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective", "@inaccessible"])
    @link(url: "https://specs.vibecode.dev/resumable/v1.0", import: ["@resumable"])
    @composeDirective(name: "@resumable")
  directive @resumable(cursor: String!, argument: String!) on FIELD_DEFINITION
  type Query { ready: Boolean }
  type Subscription {
    posted(afterSeq: Int = 0): Post! @resumable(cursor: "seq", argument: "afterSeq")
    changed(afterSeq: Int): Change! @resumable(cursor: "version.number", argument: "afterSeq")
    heard(afterSeq: Int = 0): Post!
    two: Post!
    refused: Post!
  }
  interface Item { seq: Int! }
  type Post implements Item { seq: Int! text: String! mood: Mood author: User }
  type Change { version: Version! item: Item }
  type Version { number: Int! }
  enum Mood { FINE SECRET @inaccessible }
  type User @key(fields: "id") { id: ID! }
`);
/** The feed as it will be: it knows the names of users by itself. Its servers have always answered that. */
export const NEXT_FEED = parse(
  print(FEED)
    .replace('"@inaccessible"', '"@inaccessible", "@shareable"')
    .replace(
      'type User @key(fields: "id") {\n  id: ID!',
      'type User @key(fields: "id") {\n  id: ID!\n  name: String @shareable',
    ),
);
export const USERS = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])
  type Query { users: Int }
  type User @key(fields: "id") { id: ID! name: String @shareable }
`);

interface Post {
  readonly seq: number;
  readonly text: string;
  readonly mood: string;
  readonly author: { readonly id: string };
}

interface FeedState {
  readonly log: Post[];
  /** Subscriptions open at the subgraph, and cursors they were asked from, in order. */
  open: number;
  readonly askedAfter: number[];
  readonly extensions: unknown[];
  readonly connections: { readonly params: unknown; readonly headers: Readonly<Record<string, unknown>> }[];
  pings: number;
}

/** A feed of posts that outlives its server, as a stream log does. */
export class Feed extends Observed<FeedState> {
  constructor() {
    super({ log: [], open: 0, askedAfter: [], extensions: [], connections: [], pings: 0 });
  }

  post(text: string, count = 1): void {
    this.change(({ log }) => {
      for (let n = 0; n < count; n += 1) {
        const seq = log.length + 1;
        log.push({ seq, text, mood: 'FINE', author: { id: `u${seq % 3}` } });
      }
    });
  }

  /** @param last seq of the post that it completes after */
  read(afterSeq: number | null, last = Number.POSITIVE_INFINITY): AsyncIterableIterator<Post> {
    const feed = this;
    return toStoppable(async function* (signal) {
      let after = afterSeq ?? feed.state.log.length;
      feed.change((state) => {
        state.open += 1;
        state.askedAfter.push(after);
      });
      try {
        while (!signal.aborted && after < last) {
          const post = feed.state.log[after];
          if (post) {
            after += 1;
            yield post;
          } else {
            await feed.until(({ log }) => log.length > after, signal);
          }
        }
      } finally {
        feed.change((state) => {
          state.open -= 1;
        });
      }
    });
  }
}

export function feedSchema(feed: Feed): GraphQLSchema {
  const posts = (_root: unknown, { afterSeq }: { afterSeq: number | null }) => feed.read(afterSeq);
  return buildSubgraphSchema([
    {
      typeDefs: NEXT_FEED,
      resolvers: {
        User: { name: ({ id }: { id: string }) => `the feed's name of ${id}` },
        Subscription: {
          posted: { subscribe: posts, resolve: (post: Post) => post },
          heard: { subscribe: posts, resolve: (post: Post) => post },
          two: { subscribe: () => feed.read(0, 2), resolve: (post: Post) => post },
          changed: {
            subscribe: (_root: unknown, { afterSeq }: { afterSeq?: number }) => feed.read(afterSeq ?? null),
            resolve: (post: Post) => ({ version: { number: post.seq }, item: { __typename: 'Post', ...post } }),
          },
          refused: {
            subscribe: () => {
              throw new Error('Not for you.');
            },
          },
        },
      },
    },
  ]);
}

/** A rest that the test lets go on. */
export class Users extends Observed<{
  readonly asked: string[][];
  isHeld: boolean;
  isBroken: boolean;
  missing: string | null;
}> {
  constructor() {
    super({ asked: [], isHeld: false, isBroken: false, missing: null });
  }
}

export function usersSchema(users: Users): GraphQLSchema {
  return buildSubgraphSchema([
    {
      typeDefs: USERS,
      resolvers: {
        User: {
          __resolveReference: async ({ id }: { id: string }) => {
            if (users.state.isBroken) throw new Error('The users are away.');
            await users.until(({ isHeld }) => !isHeld);
            if (users.state.missing === id) throw new Error(`There is no ${id}.`);
            return { id, name: `name of ${id}` };
          },
        },
      },
    },
  ]);
}
