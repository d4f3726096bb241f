import Fastify from 'fastify';
import { bookmarkRoutes } from './bookmarks.ts';

const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'warn' } });

app.get('/health', async () => ({ status: 'ok' }));
app.register(bookmarkRoutes, { prefix: '/bookmarks' });

const url = await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
console.log(`{{title}} listening on ${url}`);

process.once('SIGTERM', () => app.close());
