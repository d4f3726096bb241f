import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { HttpHandler } from '../request/hooks.ts';

/** GraphiQL's own builds, served from here so that it works without the outside. Read at the first request. */
const ASSETS: readonly (readonly [path: string, pack: string, file: string, type: string])[] = [
  ['/graphiql/react.js', 'react', 'umd/react.production.min.js', 'text/javascript'],
  ['/graphiql/react-dom.js', 'react-dom', 'umd/react-dom.production.min.js', 'text/javascript'],
  ['/graphiql/graphiql.js', 'graphiql', 'graphiql.min.js', 'text/javascript'],
  ['/graphiql/graphiql.css', 'graphiql', 'graphiql.min.css', 'text/css'],
];

export interface SandboxOptions {
  /** Default `/`. */
  readonly path?: string;
  /** Operations that stand in tabs when a browser opens it for the first time. Default: none. */
  readonly operations?: readonly string[];
}

const STARTER = `
const here = new URL(location.href);
const fetcher = GraphiQL.createFetcher({
  url: new URL('GRAPHQL_PATH', here).href,
  subscriptionUrl: new URL('GRAPHQL_PATH', here).href.replace(/^http/, 'ws'),
});
ReactDOM.createRoot(document.getElementById('graphiql')).render(
  React.createElement(GraphiQL, { fetcher, defaultEditorToolsVisibility: true, ...OPTIONS }),
);
`;

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>GraphiQL</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/graphiql/graphiql.css">
    <style>body { margin: 0 } #graphiql { height: 100dvh }</style>
  </head>
  <body>
    <div id="graphiql">Loading …</div>
    <script src="/graphiql/react.js"></script>
    <script src="/graphiql/react-dom.js"></script>
    <script src="/graphiql/graphiql.js"></script>
    <script src="/graphiql/start.js"></script>
  </body>
</html>
`;

/** GraphiQL for browsers; its assets below `/graphiql/`. */
export function createSandboxRoutes(graphqlPath: string, options: SandboxOptions = {}): [string, HttpHandler][] {
  const { path: pagePath = '/', operations = [] } = options;
  const { resolve } = createRequire(import.meta.url);
  // By the package's own folder: some of these packages do not export their browser builds.
  const locate = (pack: string, file: string) => join(dirname(resolve(`${pack}/package.json`)), file);
  const tabs = operations.length > 0 ? { defaultTabs: operations.map((query) => ({ query })) } : {};
  const starter = STARTER.replaceAll('GRAPHQL_PATH', graphqlPath).replace('OPTIONS', () => JSON.stringify(tabs));
  return [
    [pagePath, (_request, response) => send(response, 'text/html', PAGE)],
    ['/graphiql/start.js', (_request, response) => send(response, 'text/javascript', starter)],
    ...ASSETS.map(([path, pack, file, type]): [string, HttpHandler] => [
      path,
      async (_request, response) => send(response, type, await readFile(locate(pack, file)), 'public, max-age=86400'),
    ]),
  ];
}

function send(response: ServerResponse, type: string, body: string | Buffer, cacheControl = 'no-cache'): void {
  response.writeHead(200, {
    'content-type': `${type}; charset=utf-8`,
    'content-length': Buffer.byteLength(body),
    'cache-control': cacheControl,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
