// A reverse proxy and nothing else: `node:http` in, undici out, bodies as bytes.
//   node proxy.process.ts URL PORT
import { createServer } from 'node:http';
import { Agent } from 'undici';

const [, , url = '', port = ''] = process.argv;
const { origin, pathname: path } = new URL(url);
const agent = new Agent({ connections: 64 });

createServer({ keepAliveTimeout: 65_000 }, async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { statusCode, body } = await agent.request({
    origin,
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: request.headers.authorization },
    body: Buffer.concat(chunks),
  });
  const answer = Buffer.from(await body.arrayBuffer());
  response.writeHead(statusCode, { 'content-type': 'application/json', 'content-length': answer.length });
  response.end(answer);
}).listen(Number(port), '127.0.0.1');
process.on('disconnect', () => process.exit());
