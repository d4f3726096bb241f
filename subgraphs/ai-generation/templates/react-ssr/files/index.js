import { createServer } from 'node:http';
import { createElement } from 'react';
import { renderToPipeableStream } from 'react-dom/server';
import { Page } from './page.js';
import { findProducts, products } from './products.js';

const title = '{{title}}';

const server = createServer((request, response) => {
  const query = new URL(request.url, 'http://localhost').searchParams.get('q') ?? '';
  const page = createElement(Page, { title, query, found: findProducts(query), total: products.length });
  const { pipe } = renderToPipeableStream(page, {
    onShellReady() {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      pipe(response);
    },
    onShellError(error) {
      console.error(error);
      response.writeHead(500).end('Something went wrong');
    },
  });
});

server.listen(process.env.PORT ?? 3000, () => {
  console.log(`${title} on http://localhost:${server.address().port}`);
});
process.once('SIGTERM', () => server.close());
