import { join } from 'node:path';
import { parseEnv, setting } from '@vibecode/platform/env';
import { createLog } from '@vibecode/platform/log';
import { toStartFailure, untilTold } from '@vibecode/platform/service';
import { serviceNames } from '@vibecode/platform/services';
import { processSettings, urlSetting } from '@vibecode/platform/settings';
import { z } from 'zod';
import { startGateway } from './gateway.ts';

const root = join(import.meta.dirname, '..', '..');

/** Settings of the gateway as a process of its own, in front of services that are processes of their own. */
export const gatewaySettings = {
  ...processSettings,
  ...Object.fromEntries(
    serviceNames.map((name) => [
      urlSetting(name),
      setting.url(['http', 'https']).describe(`base URL of the ${name} service`),
    ]),
  ),
  SUPERGRAPH_FILE: z
    .string()
    .default(join('schema', 'supergraph.graphql'))
    .describe('composed supergraph; a relative path is below the checkout'),
  HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
  PORT: setting.integer(0, 65_535).default(8080).describe('port to listen on; 0 takes a free one'),
};

async function run(): Promise<void> {
  const settings = parseEnv('The gateway', gatewaySettings);
  const urls = settings as unknown as Readonly<Record<string, string>>;
  await using _gateway = await startGateway({
    supergraph: { path: join(root, settings.SUPERGRAPH_FILE) },
    host: settings.HOST,
    port: settings.PORT,
    overrideSubgraphUrls: Object.fromEntries(serviceNames.map((name) => [name, `${urls[urlSetting(name)]}/graphql`])),
    log: createLog({ service: 'gateway', level: settings.LOG_LEVEL }),
  });
  await untilTold();
}

if (import.meta.main) {
  try {
    await run();
  } catch (error) {
    process.stderr.write(`${toStartFailure(error, 'The gateway')}\n`);
    process.exitCode = 1;
  }
}
