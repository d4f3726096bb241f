// One of the soak's subgraphs, `feed` or `users`, as a process that can be killed and restarted on its port.
//   node subgraph.process.ts NAME PORT EPOCH_MS
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { feedVersions, headSeq, INTERVAL_MS, textOf, users } from './feed.ts';

const [name, port, epoch] = process.argv.slice(2);
const epochMs = Number(epoch);

interface TickArguments {
  readonly stream: string;
  readonly bytes: number;
  readonly afterSeq: number | null;
}

function followTicks(_root: unknown, { stream, bytes, afterSeq }: TickArguments): AsyncIterableIterator<unknown> {
  let seq = afterSeq ?? headSeq(epochMs);
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  let isStopped = false;
  return {
    async next() {
      while (!isStopped && headSeq(epochMs) <= seq) {
        await new Promise<void>((resolve) => {
          stop = resolve;
          timer = setTimeout(resolve, epochMs + (seq + 1) * INTERVAL_MS - Date.now());
        });
      }
      if (isStopped) return { done: true, value: undefined };
      seq += 1;
      const tick = { seq, text: textOf(stream, seq), padding: 'x'.repeat(bytes), author: { id: `u${seq % 7}` } };
      return { done: false, value: tick };
    },
    async return() {
      isStopped = true;
      clearTimeout(timer);
      stop?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const toUser = (id: string) => ({ id, name: `name of ${id}`, karma: id.length });
const resolvers = {
  feed: {
    Query: { head: () => headSeq(epochMs) },
    Subscription: { ticks: { subscribe: followTicks, resolve: (tick: unknown) => tick } },
    User: { name: ({ id }: { id: string }) => toUser(id).name },
  },
  users: {
    Query: {
      users: (_root: unknown, { first }: { first: number }) =>
        Array.from({ length: first }, (_, index) => toUser(`u${index}`)),
      user: (_root: unknown, { id }: { id: string }) => toUser(id),
    },
    User: { __resolveReference: ({ id }: { id: string }) => toUser(id) },
  },
};
// The server also has the field that only the second version of the graph uses.
const typeDefs = parse(name === 'feed' ? (feedVersions.at(-1) as string) : users);
const schema = buildSubgraphSchema([{ typeDefs, resolvers: resolvers[name as keyof typeof resolvers] as never }]);

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
  const body = JSON.stringify(await graphql({ schema, source: query, variableValues: variables }));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
});
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }));
server.listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
