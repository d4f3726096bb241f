import { serve } from '@hono/node-server';
import { createApp } from './app.ts';

const server = serve({ fetch: createApp().fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`{{title}} listening on http://localhost:${port}`);
});

process.once('SIGTERM', () => server.close());
