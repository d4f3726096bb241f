import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { type ContentCoding, encode } from '../request/content.coding.ts';
import type { HttpHandler } from '../request/hooks.ts';
import { chooseCoding } from '../transport/http.compression.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** Builders put a hash of the content into the names of what stands here, so that it never changes. */
const HASHED = 'assets/';
const INDEX = 'index.html';
const COMPRESS_FROM_BYTES = 1_024;

/** No script, style or frame but the page's own; no text becomes a script. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

interface LoadedFile {
  readonly body: Buffer;
  readonly etag: string;
  readonly coded: Map<ContentCoding, Promise<Buffer>>;
}

/** What the web app has to know of the installation that serves it. */
export interface Deployment {
  /** Whether `POST /demo` signs in a demo account. */
  readonly demo: boolean;
  /** Names of what runs embedded in this process. */
  readonly embedded: readonly string[];
  /** Whether GraphiQL is served at `/graphiql`. */
  readonly graphiql: boolean;
}

/** The web app asks for it at `/deployment.json`. */
export function createDeploymentRoute(read: () => Deployment): HttpHandler {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache' });
    response.end(JSON.stringify(read()));
  };
}

/**
 * Serves a built web app: its files with their types, those with a hash in their name for ever, and the page itself for
 * every other address that a browser opens, since the app reads the address.
 *
 * @param directory of the build, with `index.html` in it; listed once, here
 * @throws the system's error when it cannot be listed
 */
export function createSite(directory: string): HttpHandler {
  const names = new Set(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .filter((name) => !name.startsWith('.')),
  );
  const loaded = new Map<string, Promise<LoadedFile>>();
  const load = (name: string): Promise<LoadedFile> => {
    let file = loaded.get(name);
    if (!file) {
      file = loadFile(join(directory, name));
      loaded.set(name, file);
      // The caller awaits the same promise. A file that could not be read is read anew by the next request.
      file.catch(() => loaded.delete(name));
    }
    return file;
  };

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' });
      response.end('A page is only read.');
      return;
    }
    const name = findName(request.url ?? '/', names, request.headers.accept);
    if (!name) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' });
      response.end('There is nothing at this address.');
      return;
    }
    const file = await load(name);
    const head: Record<string, string | number> = {
      ...HEADERS,
      etag: file.etag,
      vary: 'accept-encoding',
      'cache-control': name.startsWith(HASHED) ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (request.headers['if-none-match'] === file.etag) {
      response.writeHead(304, head);
      response.end();
      return;
    }
    const accepted = request.headers['accept-encoding'];
    const isSmall = file.body.length < COMPRESS_FROM_BYTES;
    const coding = typeof accepted === 'string' && !isSmall ? chooseCoding(accepted) : null;
    const body = coding ? await encodeOnce(file, coding) : file.body;
    response.writeHead(200, {
      ...head,
      'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
      ...(coding && { 'content-encoding': coding }),
      'content-length': body.length,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
}

/** The file for an address; the page for one that no file has, when a browser asks to show it. Null for neither. */
function findName(url: string, names: ReadonlySet<string>, accept: string | undefined): string | null {
  const pathname = URL.parse(url, 'http://site')?.pathname;
  if (pathname === undefined) return null;
  const name = pathname === '/' ? INDEX : pathname.slice(1);
  if (names.has(name)) return name;
  const isPage = !name.startsWith(HASHED) && accept?.includes('text/html') === true;
  return isPage && names.has(INDEX) ? INDEX : null;
}

async function loadFile(path: string): Promise<LoadedFile> {
  const body = await readFile(path);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, etag, coded: new Map() };
}

function encodeOnce({ body, coded }: LoadedFile, coding: ContentCoding): Promise<Buffer> {
  let encoded = coded.get(coding);
  if (!encoded) {
    encoded = Promise.resolve(encode(body, coding));
    coded.set(coding, encoded);
  }
  return encoded;
}
