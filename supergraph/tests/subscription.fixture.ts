import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createLog } from '@vibecode/platform/log';
import { toStoppable } from '@vibecode/platform/stoppable.iterable';
import { type GraphQLSchema, graphql, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { type GatewayOptions, startGateway } from '../src/gateway.ts';

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

const FEED = parse(`
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
    refused: Post!
  }
  interface Item { seq: Int! }
  type Post implements Item { seq: Int! text: String! mood: Mood author: User }
  type Change { version: Version! item: Item }
  type Version { number: Int! }
  enum Mood { FINE SECRET @inaccessible }
  type User @key(fields: "id") { id: ID! }
`);
const USERS = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { users: Int }
  type User @key(fields: "id") { id: ID! name: String }
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
  connections: number;
  readonly connectionParams: unknown[];
}

/** A feed of posts that outlives its server, as a stream log does. */
class Feed extends Observed<FeedState> {
  constructor() {
    super({ log: [], open: 0, askedAfter: [], extensions: [], connections: 0, connectionParams: [] });
  }

  post(text: string, count = 1): void {
    this.change(({ log }) => {
      for (let n = 0; n < count; n += 1) {
        const seq = log.length + 1;
        log.push({ seq, text, mood: 'FINE', author: { id: `u${seq % 3}` } });
      }
    });
  }

  read(afterSeq: number | null): AsyncIterableIterator<Post> {
    const feed = this;
    return toStoppable(async function* (signal) {
      let after = afterSeq ?? feed.state.log.length;
      feed.change((state) => {
        state.open += 1;
        state.askedAfter.push(after);
      });
      try {
        while (!signal.aborted) {
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

function feedSchema(feed: Feed): GraphQLSchema {
  const posts = (_root: unknown, { afterSeq }: { afterSeq: number | null }) => feed.read(afterSeq);
  return buildSubgraphSchema([
    {
      typeDefs: FEED,
      resolvers: {
        Subscription: {
          posted: { subscribe: posts, resolve: (post: Post) => post },
          heard: { subscribe: posts, resolve: (post: Post) => post },
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
class Users extends Observed<{ readonly asked: string[][]; isHeld: boolean; isBroken: boolean }> {
  constructor() {
    super({ asked: [], isHeld: false, isBroken: false });
  }
}

function usersSchema(users: Users): GraphQLSchema {
  return buildSubgraphSchema([
    {
      typeDefs: USERS,
      resolvers: {
        User: {
          __resolveReference: async ({ id }: { id: string }) => {
            if (users.state.isBroken) throw new Error('The users are away.');
            await users.until(({ isHeld }) => !isHeld);
            return { id, name: `name of ${id}` };
          },
        },
      },
    },
  ]);
}

export interface TestSubgraph extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Cuts every connection without a word, and listens no more. */
  kill(): Promise<void>;
}

/** HTTP and graphql-ws on one port, as the system's subgraphs have it. */
async function startSubgraph(
  schema: GraphQLSchema,
  { port = 0, feed, users }: { port?: number; feed?: Feed; users?: Users } = {},
): Promise<TestSubgraph> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { query, variables } = JSON.parse(body);
    users?.change(({ asked }) => {
      asked.push((variables?.representations ?? []).map(({ id }: { id: string }) => id));
    });
    const result = await graphql({ schema, source: query, variableValues: variables });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer(
    {
      schema,
      onConnect: ({ connectionParams }) => {
        feed?.change((state) => {
          state.connections += 1;
          state.connectionParams.push(connectionParams);
        });
        return true;
      },
      onSubscribe: (_context, _id, { extensions }) => {
        feed?.change((state) => void state.extensions.push(extensions));
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const kill = async () => {
    for (const socket of sockets.clients) socket.terminate();
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${bound}/graphql`,
    port: bound,
    kill,
    [Symbol.asyncDispose]: () => (server.listening ? kill() : Promise.resolve()),
  };
}

function composeFeed(feedUrl: string, usersUrl: string): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'feed', url: feedUrl, typeDefs: FEED },
    { name: 'users', url: usersUrl, typeDefs: USERS },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

/** A gateway before a feed of posts and the users who wrote them. */
export async function startFeed(options: Partial<GatewayOptions> = {}) {
  await using started = new AsyncDisposableStack();
  const feed = new Feed();
  const users = new Users();
  const feedServer = started.use(await startSubgraph(feedSchema(feed), { feed }));
  const usersServer = started.use(await startSubgraph(usersSchema(users), { users }));
  const gateway = started.use(
    await startGateway({
      supergraph: { sdl: composeFeed(feedServer.url, usersServer.url) },
      port: 0,
      log: createLog({ service: 'gateway', level: 'silent' }),
      ...options,
    }),
  );
  const owned = started.move();
  return {
    feed,
    users,
    gateway,
    url: `${gateway.url}/graphql`,
    socketUrl: `${gateway.url.replace('http', 'ws')}/graphql`,
    killFeed: () => feedServer.kill(),
    restartFeed: async () => {
      owned.use(await startSubgraph(feedSchema(feed), { feed, port: feedServer.port }));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
