import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { createFeed } from './feed.js';

const page = await readFile(new URL('page.html', import.meta.url));
const feed = createFeed();

function sendJson(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function post(request, response) {
  let message;
  try {
    message = JSON.parse(await text(request));
  } catch {
    return sendJson(response, 400, { error: 'expected JSON' });
  }
  if (typeof message?.text !== 'string' || message.text === '' || message.text.length > 1_000)
    return sendJson(response, 400, { error: 'expected "text" of 1 to 1000 characters' });
  sendJson(response, 201, feed.publish({ text: message.text }));
}

function stream(request, response, parameters) {
  const last = Number(request.headers['last-event-id'] ?? parameters.get('last') ?? 0);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const unsubscribe = feed.subscribe(last, ({ id, ...event }) => {
    response.write(`id: ${id}\ndata: ${JSON.stringify(event)}\n\n`);
  });
  response.on('close', unsubscribe);
  // For clients that only want what they missed.
  if (parameters.has('once')) response.end();
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (request.method === 'GET' && pathname === '/') response.setHeader('content-type', 'text/html').end(page);
  else if (request.method === 'GET' && pathname === '/events') stream(request, response, searchParams);
  else if (request.method === 'POST' && pathname === '/messages') post(request, response);
  else sendJson(response, 404, { error: 'not found' });
});

server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`{{title}}: http://localhost:${server.address().port}`);
});
