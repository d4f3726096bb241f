// The subgraph of the streams: HTTP and graphql-transport-ws on one port, by graphql-ws and graphql-js as their documentation
// shows. It sends its address when it listens. Notices are sent only while the benchmark requests them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { feedResolvers, feedTypeDefs, startNotices, stopNotices } from './feed.ts';

const schema = buildSubgraphSchema([{ typeDefs: parse(feedTypeDefs), resolvers: feedResolvers as never }]);
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
  const answer = JSON.stringify(await execute({ schema, document: parse(query), variableValues: variables }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
});
useServer({ schema }, new WebSocketServer({ server, path: '/graphql', perMessageDeflate: false }));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

process.on('message', (perSecond: number) => {
  if (perSecond > 0) startNotices(perSecond);
  else stopNotices();
});
process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
process.on('disconnect', () => process.exit());
