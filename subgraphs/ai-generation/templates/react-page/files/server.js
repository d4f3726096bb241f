import { createServer } from 'node:http';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { Page } from './components.js';
import { features, plans, title } from './content.js';

const currencies = new Set(['EUR', 'USD', 'GBP']);

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname !== '/') {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
    return;
  }
  const asked = searchParams.get('currency');
  const currency = currencies.has(asked) ? asked : 'EUR';
  const html = renderToStaticMarkup(createElement(Page, { title, features, plans, currency }));
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<!doctype html>${html}`);
});

server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`{{title}} on http://localhost:${server.address().port}`);
});
