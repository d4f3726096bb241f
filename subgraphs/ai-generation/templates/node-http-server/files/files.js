import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** A request listener for the files below a directory; never for any outside. */
export function serveFiles(root) {
  return async (request, response) => {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.writeHead(405, { allow: 'GET, HEAD' }).end();
        return;
      }
      const path = toPath(root, request.url);
      const found = path && (await stat(path).catch(() => null));
      if (!found?.isFile()) {
        response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found');
        return;
      }
      const etag = `"${found.size.toString(36)}-${found.mtimeMs.toString(36)}"`;
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304, { etag }).end();
        return;
      }
      response.writeHead(200, {
        'content-type': types[extname(path)] ?? 'application/octet-stream',
        'content-length': found.size,
        'cache-control': 'no-cache',
        etag,
      });
      if (request.method === 'HEAD') response.end();
      else await pipeline(createReadStream(path), response);
    } catch (error) {
      console.error(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  };
}

/** The file a URL means, or null when it leads out of the directory or is no URL at all. */
function toPath(root, url) {
  try {
    const { pathname } = new URL(url, 'http://localhost');
    const path = normalize(join(root, decodeURIComponent(pathname)));
    if (!path.startsWith(root + sep) || path.includes('\0')) return null;
    return path.endsWith(sep) ? join(path, 'index.html') : path;
  } catch {
    return null;
  }
}
