import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createSite } from '../../src/gateway/site.ts';
import { createHttpServer } from '../../src/transport/http.ts';

const PAGE = `<!doctype html><title>app</title>${' '.repeat(2_000)}`;

/** A built app behind a gateway's own server, without a graph. */
async function startSite() {
  const directory = await mkdtemp(join(tmpdir(), 'vibecode-site-'));
  await mkdir(join(directory, 'assets'));
  await mkdir(join(directory, '.vite'));
  await writeFile(join(directory, 'index.html'), PAGE);
  await writeFile(join(directory, 'assets', 'index-abc.js'), `export {};${' '.repeat(2_000)}`);
  await writeFile(join(directory, 'theme.js'), '0');
  await writeFile(join(directory, '.vite', 'manifest.json'), '{}');
  const core = () => {
    throw new Error('no graph');
  };
  const log = { error: () => undefined } as never;
  const server = createHttpServer({ core, log, site: createSite(directory) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  /** By `node:http`, so that a path with dots goes out as it stands. */
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      const outgoing = request({ port, host: '127.0.0.1', path, method, headers }, async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
      outgoing.once('error', reject);
      outgoing.end();
    });
  return {
    get,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

const BROWSER = { accept: 'text/html,application/xhtml+xml' };

describe('a web app beside the graph', () => {
  it('answers every address that a browser opens with the page, under a strict policy', async () => {
    await using site = await startSite();
    for (const path of ['/', '/p/1/diff/1..2', '/settings/keys?x=1']) {
      const { status, headers, body } = await site.get(path, BROWSER);
      expect([status, headers['content-type'], headers['cache-control']]).toEqual([
        200,
        'text/html; charset=utf-8',
        'no-cache',
      ]);
      expect(body.toString()).toBe(PAGE);
      expect(headers['content-security-policy']).toContain("script-src 'self';");
      expect(headers['content-security-policy']).not.toContain('unsafe');
    }
  });

  it('keeps files with a hash in their name for ever, and compresses', async () => {
    await using site = await startSite();
    const { headers, body } = await site.get('/assets/index-abc.js', { 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'gzip',
      vary: 'accept-encoding',
    });
    expect(gunzipSync(body).toString().trim()).toBe('export {};');
    expect((await site.get('/theme.js')).headers['cache-control']).toBe('no-cache');
  });

  it('sends nothing again that has not changed', async () => {
    await using site = await startSite();
    const { headers } = await site.get('/', BROWSER);
    const again = await site.get('/', { ...BROWSER, 'if-none-match': String(headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const head = await site.get('/', BROWSER, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(PAGE.length), 0]);
  });

  it('has nothing else: no file beside the build, none of its notes, no page for programs', async () => {
    await using site = await startSite();
    for (const path of ['/../package.json', '/assets/..%2f..%2fx', '/.vite/manifest.json', '/assets/gone.js', '/x.png'])
      expect((await site.get(path)).status).toBe(404);
    expect((await site.get('/assets/gone.js', BROWSER)).status).toBe(404);
    expect((await site.get('/anything', { accept: 'application/json' })).status).toBe(404);
    expect((await site.get('/x', {}, 'DELETE')).status).toBe(405);
  });
});
