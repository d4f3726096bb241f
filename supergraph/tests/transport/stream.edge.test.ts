import { startFeed } from '../subscription/subscription.fixture.ts';
import { multipart, openStream, sse, type Wire } from '../support/stream.client.ts';

const POSTED = 'subscription { posted { seq } }';
const json = { 'content-type': 'application/json' };

describe.each<Wire>([sse, multipart])('the edge before $name', ({ accept, parse }) => {
  it('refuses what any web page could have sent, and tells pages of the listed origins', async () => {
    const configText = 'cors:\n  policies:\n    - origins: [https://app.example]\n';
    await using test = await startFeed({ configText });
    using forged = await openStream(test.url, { query: POSTED }, { accept, method: 'GET' });
    expect([forged.status, JSON.parse(await forged.end)]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'CSRF_ERROR' } }] },
    ]);
    const headers = { origin: 'https://app.example', 'apollo-require-preflight': 'yes' };
    using page = await openStream(test.url, { query: POSTED }, { accept, method: 'GET', headers });
    expect(page.status).toBe(200);
    expect(page.headers['access-control-allow-origin']).toBe('https://app.example');
  });

  it('refuses whoever is not signed in, by the status', async () => {
    await using test = await startFeed({ configText: 'authorization:\n  require_authentication: true\n' });
    using nobody = await openStream(test.url, { query: POSTED }, { accept });
    expect([nobody.status, JSON.parse(await nobody.end)]).toMatchObject([
      401,
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    expect(test.feed.state.askedAfter).toEqual([]);
  });

  it('counts requests of a client, and refuses those beyond by the status', async () => {
    await using test = await startFeed({ configText: 'rate_limit:\n  capacity: 1\n  interval: 60s\n' });
    using first = await openStream(test.url, { query: POSTED }, { accept });
    expect(first.status).toBe(200);
    expect(first.headers.ratelimit).toMatch(/r=0/);
    using second = await openStream(test.url, { query: POSTED }, { accept });
    expect([second.status, second.headers['retry-after']]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  });

  it('does not count open streams among the requests at once', async () => {
    await using test = await startFeed({ configText: 'traffic_shaping:\n  router:\n    concurrency_limit: 1\n' });
    using stream = await openStream(test.url, { query: POSTED }, { accept });
    expect(stream.status).toBe(200);
    const response = await fetch(test.url, { method: 'POST', headers: json, body: '{"query":"{ ready }"}' });
    expect([response.status, await response.json()]).toEqual([200, { data: { ready: null } }]);
    test.feed.post('still here');
    await stream.until((text) => parse(text).length === 1);
  });
});
