// The paths that `npm start` serves beside the graph: the web app, its deployment file, and the demo login.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createDeploymentRoute, createSite } from '@vibecode/supergraph/gateway/site';
import { createDemoDoor, type DemoDoorOptions } from './demo.door.ts';

export interface WebRoutesOptions extends DemoDoorOptions {
  /** Directory of the web app's build. */
  readonly directory: string;
  /** Returns the names of the embedded parts. */
  readonly embedded: () => readonly string[];
}

/** @returns routes, and `site`, which is null if the web app has not been built: GraphiQL is then at `/` */
export function createWebRoutes({ directory, embedded, ...door }: WebRoutesOptions) {
  const site = existsSync(join(directory, 'index.html')) ? createSite(directory) : null;
  const deployment = () => ({ demo: door.account() !== null, embedded: embedded(), graphiql: true });
  const routes = new Map([
    ['/deployment.json', createDeploymentRoute(deployment)],
    ['/demo', createDemoDoor(door)],
  ]);
  return { site, routes };
}
