import { serve } from '@hono/node-server';
import { createApp } from './app.ts';

const app = createApp('{{title}}');
const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
  console.log(`{{title}} on http://localhost:${port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close());
