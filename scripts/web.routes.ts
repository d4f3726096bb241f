// What `npm start` serves beside the graph: the web app, what it has to know of this installation, and the demo button.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createSite } from '@vibecode/supergraph/gateway/site';
import { createDemoDoor, type DemoDoorOptions } from './demo.door.ts';

export interface WebRoutesOptions extends DemoDoorOptions {
  /** Of the build of the web app. */
  readonly directory: string;
  /** In words: what runs in this process. */
  readonly embedded: () => readonly string[];
}

/** `site` is null when the web app has not been built: GraphiQL then stays at `/`. */
export function createWebRoutes({ directory, embedded, ...door }: WebRoutesOptions) {
  const site = existsSync(join(directory, 'index.html')) ? createSite(directory) : null;
  type Handler = ReturnType<typeof createSite>;
  const showDeployment: Handler = (_request, response) => {
    const deployment = { demo: door.account() !== null, embedded: embedded(), graphiql: true };
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache' });
    response.end(JSON.stringify(deployment));
  };
  const routes = new Map<string, Handler>([
    ['/deployment.json', showDeployment],
    ['/demo', createDemoDoor(door)],
  ]);
  return { site, routes };
}
