import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { createLog } from '@vibecode/platform/log';
import type { DocumentNode } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type GatewayOptions, startGateway } from '../../src/gateway/gateway.ts';
import { FEED, Feed, feedSchema, USERS, Users, usersSchema } from './feed.fixture.ts';
import { type StartSubgraph, startSubgraph } from './feed.servers.ts';

export interface FeedOptions extends Partial<Omit<GatewayOptions, 'config'>> {
  /** `router-config.yaml`, as text. */
  readonly configText?: string;
  /** How the feed is served. Default: HTTP and graphql-ws. */
  readonly startFeedServer?: StartSubgraph;
  readonly socketPath?: string;
}

/** Of a token that expires while a test waits for it: on a busy machine all that comes before must fit into it. */
export const SHORT_LIFETIME_MS = 4_000;

/**
 * What the gateway does at once takes less than that on the busiest machine, and every timer that might do it instead takes
 * longer. Where it is promised within a second, only a machine with nothing else to do could tell.
 */
export const SOON_MS = 5_000;

/** The supergraph of a feed of posts and the users who wrote them. */
export function composeFeed(feedUrl: string, usersUrl: string, feedTypes: DocumentNode = FEED): string {
  const { supergraphSdl, errors } = composeServices([
    { name: 'feed', url: feedUrl, typeDefs: feedTypes },
    { name: 'users', url: usersUrl, typeDefs: USERS },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

/** A gateway before a feed of posts and the users who wrote them. Its files may be changed while it runs. */
export async function startFeed(options: FeedOptions = {}) {
  const { configText, startFeedServer = startSubgraph, socketPath, ...gatewayOptions } = options;
  await using started = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'feed-'));
  started.defer(() => rm(folder, { recursive: true }));
  const feed = new Feed();
  const users = new Users();
  const feedOptions = { feed, ...(socketPath && { socketPath }) };
  const feedServer = started.use(await startFeedServer(feedSchema(feed), feedOptions));
  const usersServer = started.use(await startSubgraph(usersSchema(users), { users }));
  const supergraphFile = join(folder, 'supergraph.graphql');
  const configFile = join(folder, 'router-config.yaml');
  await writeFile(supergraphFile, composeFeed(feedServer.url, usersServer.url));
  if (configText !== undefined) await writeFile(configFile, configText);
  const gateway = started.use(
    await startGateway({
      supergraph: { path: supergraphFile },
      port: 0,
      log: createLog({ service: 'gateway', level: 'silent' }),
      ...(configText !== undefined && { config: configFile }),
      ...gatewayOptions,
    }),
  );
  const owned = started.move();
  let lastFeed = feedServer;
  return {
    feed,
    users,
    gateway,
    url: `${gateway.url}/graphql`,
    socketUrl: `${gateway.url.replace('http', 'ws')}/graphql`,
    killFeed: () => lastFeed.kill(),
    restartFeed: async () => {
      lastFeed = owned.use(await startFeedServer(feedSchema(feed), { ...feedOptions, port: feedServer.port }));
    },
    /** In the place of the feed that was killed: cuts every connection, until so many have been tried. */
    async refuseFeed(connections: number) {
      const refusing = createServer((socket) => socket.destroy()).listen(feedServer.port, '127.0.0.1');
      for (let tried = 0; tried < connections; tried += 1) await once(refusing, 'connection');
      refusing.close();
      await once(refusing, 'close');
    },
    reconfigure: (text: string) => writeFile(configFile, text),
    rewriteSupergraph: (text: string) => writeFile(supergraphFile, text),
    /** Another supergraph over the same servers. */
    recompose: (feedTypes: DocumentNode) =>
      writeFile(supergraphFile, composeFeed(feedServer.url, usersServer.url, feedTypes)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

export function connect(url: string, connectionParams?: Record<string, unknown>): Client & AsyncDisposable {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(connectionParams && { connectionParams }),
  });
  return Object.assign(client, { [Symbol.asyncDispose]: async () => void (await client.dispose()) });
}

export async function take(events: AsyncIterator<unknown>, count: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  while (taken.length < count) {
    const { done, value } = await events.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

export const seqsOf = (events: unknown[]) =>
  events.map((event) => (event as { data: { posted: { seq: number } } }).data.posted.seq);

/** A port that was free a moment ago, for servers whose address others have to know before they start. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
