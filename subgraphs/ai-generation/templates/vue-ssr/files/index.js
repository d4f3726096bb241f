import { createServer } from 'node:http';
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { Board } from './board.js';
import { measurements } from './measurements.js';

const heading = '{{title}}';

const server = createServer(async (request, response) => {
  const unit = new URL(request.url, 'http://localhost').searchParams.get('unit') === 'F' ? 'F' : 'C';
  const html = await renderToString(createSSRApp(Board, { heading, unit, measurements }));
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><meta charset="utf-8"><title>Weather</title><div id="app">${html}</div>`);
});

server.listen(process.env.PORT ?? 3000, () => {
  console.log(`${heading} on http://localhost:${server.address().port}`);
});
process.once('SIGTERM', () => server.close());
