import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { LinkStore } from './links.ts';

export function createApp(links = new LinkStore()): Hono {
  const app = new Hono();

  app.get('/links', (context) => context.json(links.all()));

  app.post('/links', async (context) => {
    const body: unknown = await context.req.json().catch(() => null);
    const url = toUrl((body as { url?: unknown } | null)?.url);
    if (!url) throw new HTTPException(400, { message: 'url: expected an http or https address' });
    return context.json(links.add(url), 201);
  });

  app.get('/:code', (context) => {
    const link = links.visit(context.req.param('code'));
    if (!link) throw new HTTPException(404, { message: 'there is no such link' });
    return context.redirect(link.url);
  });

  app.onError((error, context) => {
    if (error instanceof HTTPException) return context.json({ error: error.message }, error.status);
    console.error(error);
    return context.json({ error: 'something went wrong' }, 500);
  });
  return app;
}

function toUrl(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}
