// `npm start`: every service and the gateway in one process. Servers without a URL in the settings are embedded.
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { ensureDemoAccount, openDemoAccount } from '@vibecode/auth/demo.account';
import { DirectoryUnusableError, lockDirectory } from '@vibecode/platform/embedded/directory';
import { assertRoom } from '@vibecode/platform/embedded/disk.space';
import { startEmbeddedHost } from '@vibecode/platform/embedded/host';
import { parseEnv } from '@vibecode/platform/env';
import { listen } from '@vibecode/platform/http/listen';
import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { createLog } from '@vibecode/platform/log';
import { createLogDestination } from '@vibecode/platform/log.destination';
import { createRotatingFileSink, surviveLostOutput } from '@vibecode/platform/log.sinks';
import { toStartFailure, untilStopSignal } from '@vibecode/platform/service';
import { type ServiceName, serviceNames } from '@vibecode/platform/services';
import { backingSettings, databaseSetting, embeddedSettings } from '@vibecode/platform/settings';
import type { RunningSubgraph } from '@vibecode/platform/subgraph';
import { startTelemetry } from '@vibecode/platform/telemetry';
import { createSystemKeyExchange } from '@vibecode/supergraph/edge/system.keys';
import { startGateway } from '@vibecode/supergraph/gateway/gateway';
import type { z } from 'zod';
import { type DemoLogin, isLoopback } from './demo.door.ts';
import { graphiqlExamples } from './graphiql.examples.ts';
import { loadOwnSettings } from './own-settings.ts';
import { createWebRoutes } from './web.routes.ts';

/** Time limit of a stop. The limits of its parts are shorter in total. */
const STOP_LIMIT_MS = 25_000;

type Start = (infrastructure: Infrastructure) => Promise<RunningSubgraph>;

// All files that this process creates are accessible to its own account only.
process.umask(0o077);
surviveLostOutput();
const started = performance.now();
const root = resolve(import.meta.dirname, '..');
const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
const say = (text: string) => process.stdout.write(`${text}\n`);

/** Checks the address early, because the gateway listens on it only after everything else has started. */
async function assertAddressIsFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  await listen(probe, host, port);
  await new Promise((done) => probe.close(done));
}

async function startService(name: ServiceName, infrastructure: Infrastructure): Promise<RunningSubgraph> {
  const module = (await import(`@vibecode/${name}/main`)) as Record<string, Start>;
  const start = Object.entries(module).find(([key]) => key.startsWith('start'))?.[1];
  if (!start) throw new Error(`@vibecode/${name}/main exports no start function.`);
  return start(infrastructure);
}

/** Prints the demo login. A failure does not stop the start. @returns null without a demo account, or if its password was changed */
async function sayDemoLogin(url: string, dataDir: string): Promise<DemoLogin | null> {
  try {
    const account = await openDemoAccount(join(dataDir, 'demo-login.json'));
    const state = await ensureDemoAccount(url, account);
    say(`Demo login: ${account.email} ${state === 'CHANGED' ? '(its password was changed)' : account.password}`);
    return state === 'CHANGED' ? null : account;
  } catch (error) {
    say(`No demo login: ${(error as Error).message}`);
    return null;
  }
}

async function run(): Promise<void> {
  const own = Object.assign({}, ...(await Promise.all(serviceNames.map(loadOwnSettings))));
  // Embedded drivers work within one process only, and are not meant for production.
  const production = process.env.NODE_ENV === 'production';
  const required = production ? backingSettings : {};
  const owner = production ? 'In production nothing is embedded: VibeCode AI' : 'VibeCode AI';
  const settings = parseEnv(owner, { ...(own as z.ZodRawShape), ...embeddedSettings, ...required });
  const dataDir = resolve(root, settings.DATA_DIR);
  await assertAddressIsFree(settings.HOST, settings.PORT);

  await using running = new AsyncDisposableStack();
  running.use(await lockDirectory(dataDir));
  assertRoom(dataDir, { embedded: !production });
  running.use(
    startTelemetry({
      service: 'vibecode',
      zipkinUrl: settings.ZIPKIN_URL,
      otlpUrl: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
    }),
  );
  const logFile = join(dataDir, 'vibecode.log');
  const destination = running.use(
    createLogDestination(
      createRotatingFileSink({ path: logFile, maxMegabytes: settings.LOG_MAX_MB, keptFiles: settings.LOG_FILES }),
      { onRefused: ({ message }) => say(`The log ${logFile} cannot be written, its lines are lost: ${message}`) },
    ),
  );
  const log = (service: string) => createLog({ service, level: settings.LOG_LEVEL, destination });

  say(`Starting VibeCode AI with its data in ${dataDir}`);
  const host = running.use(await startEmbeddedHost({ env: process.env, dataDir, log }));
  say(`  ${'data'.padEnd(16)} ${seconds()} s`);
  const urls: Record<string, string> = {};
  try {
    for (const name of serviceNames) {
      const subgraph = running.use(await startService(name, await host.infrastructure(name)));
      host.register(name, subgraph.url);
      urls[name] = `${subgraph.url}/graphql`;
      say(`  ${name.padEnd(16)} ${seconds()} s`);
    }
  } catch (error) {
    host.abandon();
    throw error;
  }
  host.opened();

  let demo: DemoLogin | null = null;
  let gatewayUrl = '';
  const web = createWebRoutes({
    directory: join(root, 'web', 'dist'),
    embedded: () => host.embedded,
    account: () => demo,
    gatewayUrl: () => gatewayUrl,
  });
  const graphiql = web.site ? { path: '/graphiql', operations: graphiqlExamples } : true;
  const gateway = running.use(
    await startGateway({
      supergraph: { path: join(root, 'schema', 'supergraph.graphql') },
      host: settings.HOST,
      port: settings.PORT,
      config: join(root, 'router-config.yaml'),
      // For trying the system on one machine. The configuration file disables introspection and GraphiQL.
      ...(production ? {} : { introspection: true, sandbox: graphiql, routes: web.routes }),
      ...(web.site && { site: web.site }),
      overrideSubgraphUrls: urls,
      verifier: host.verifier,
      tracing: { zipkinUrl: settings.ZIPKIN_URL, otlpUrl: settings.OTEL_EXPORTER_OTLP_ENDPOINT },
      exchangeApiKey: createSystemKeyExchange({ services: host.services, secret: host.serviceSecret }),
      log: log('gateway'),
    }),
  );
  say(`  ${'gateway'.padEnd(16)} ${seconds()} s`);
  say(`\nEmbedded: ${host.embedded.join(', ') || 'nothing'}`);
  say(`Log: ${logFile}`);
  gatewayUrl = gateway.url;
  // Only if the accounts are embedded, and if only this machine can reach them.
  const embedded = settings[databaseSetting('auth') as keyof typeof settings] === undefined && !production;
  if (embedded && isLoopback(settings.HOST)) demo = await sayDemoLogin(gateway.url, dataDir);
  const stopSignal = untilStopSignal();
  say(`Ready in ${seconds()} s: ${gateway.url}`);
  const signal = await stopSignal;
  say(`${signal}: stopping`);
  // The process ends even if a part hangs.
  setTimeout(() => process.exit(1), STOP_LIMIT_MS).unref();
}

try {
  await run();
  say('Stopped');
} catch (error) {
  process.stderr.write(
    `${error instanceof DirectoryUnusableError ? error.message : toStartFailure(error, 'VibeCode AI')}\n`,
  );
  process.exitCode = 1;
}
