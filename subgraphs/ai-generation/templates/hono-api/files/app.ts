import { Hono } from 'hono';
import { logger } from 'hono/logger';
import { BookmarkStore, parseBookmark } from './bookmark.ts';

/** The service, not yet listening, so that tests can call `app.request()`. */
export function createApp(name: string, bookmarks = new BookmarkStore()): Hono {
  const app = new Hono();
  app.use(logger());

  app.get('/', (context) => context.json({ name, bookmarks: bookmarks.list().length }));

  app.get('/bookmarks', (context) => context.json(bookmarks.list(context.req.query('tag'))));

  app.post('/bookmarks', async (context) => {
    const parsed = parseBookmark(await context.req.json().catch(() => null));
    if ('error' in parsed) return context.json(parsed, 400);
    return context.json(bookmarks.add(parsed), 201);
  });

  app.delete('/bookmarks/:id', (context) => {
    const removed = bookmarks.remove(Number(context.req.param('id')));
    return removed ? context.body(null, 204) : context.json({ error: 'There is no such bookmark.' }, 404);
  });

  return app;
}
