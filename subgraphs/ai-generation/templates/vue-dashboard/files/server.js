import { createServer } from 'node:http';
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { Dashboard } from './dashboard.js';
import { services } from './services.js';

const title = '{{title}}';

async function renderPage() {
  const body = await renderToString(createSSRApp(Dashboard, { title, services }));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="30">
<style>body { font: 1rem system-ui; margin: 2rem } th { text-align: left; padding-right: 2rem } .down { color: crimson }</style>
${body}
</html>`;
}

const routes = {
  '/': async () => ['text/html; charset=utf-8', await renderPage()],
  '/services.json': async () => ['application/json', JSON.stringify(services)],
};

const server = createServer(async (request, response) => {
  const route = routes[new URL(request.url, 'http://localhost').pathname];
  if (!route) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
    return;
  }
  const [type, body] = await route();
  response.writeHead(200, { 'content-type': type }).end(body);
});

server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`{{title}} on http://localhost:${server.address().port}`);
});
