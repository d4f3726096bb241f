import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadEnvFile } from 'node:process';
import { defaultPorts, type ServiceName, serviceNames } from '@vibecode/platform/services';
import { urlSetting } from '@vibecode/platform/settings';

export type ProcessName = ServiceName | 'gateway';

/** In the order of their start. */
export const processNames: readonly ProcessName[] = [...serviceNames, 'gateway'];

/** The compiled main module of a process, below the checkout. */
export function toEntryPoint(name: ProcessName): string {
  return name === 'gateway' ? 'supergraph/dist/main.js' : `subgraphs/${name}/dist/src/main.js`;
}

/** Adds the settings of `.env` to the environment. What is set already wins. */
export function loadDotEnv(root: string): void {
  const file = join(root, '.env');
  if (existsSync(file)) loadEnvFile(file);
}

/**
 * The environment of a process when all of them run on this machine: each service listens on the port of its own URL. A URL that
 * is not set is the service's default port on 127.0.0.1. `HOST` and `PORT` are the gateway's.
 */
export function toProcessEnv(name: ProcessName, given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const urls = Object.fromEntries(
    serviceNames.map((service) => {
      const setting = urlSetting(service);
      return [setting, given[setting] || `http://127.0.0.1:${defaultPorts[service]}`];
    }),
  );
  const env: NodeJS.ProcessEnv = { ...given, ...urls, NODE_ENV: 'production' };
  if (name === 'gateway') return env;
  const own = new URL(urls[urlSetting(name)] as string);
  return { ...env, HOST: own.hostname, PORT: own.port };
}
