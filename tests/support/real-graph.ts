import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { defaultPorts, type ServiceName, serviceNames } from '@vibecode/platform/services';
import { databaseSetting, urlSetting } from '@vibecode/platform/settings';
import { type RunningProcess, startProcess } from './process.ts';

const root = join(import.meta.dirname, '..', '..');
const REQUIRED = ['POSTGRES_URL', 'REDIS_URL', 'KAFKA_BROKERS', 'MONGODB_URL'] as const;
const STARTED = /"action":"service\.started"/;

/** Every service as a process of its own on real backing services, and the gateway in front. */
export interface RealGraph extends AsyncDisposable {
  /** Base URL of the gateway. */
  readonly url: string;
  readonly processes: ReadonlyMap<ServiceName | 'gateway', RunningProcess>;
  /** Starts a service that was stopped or killed, as it was. */
  restart(service: ServiceName): Promise<void>;
}

export interface RealGraphOptions {
  /** Settings for every process: model names, limits. */
  readonly env?: NodeJS.ProcessEnv;
  /** Added to every default port, so that a graph can stand beside another. Default 20,000. */
  readonly portOffset?: number;
}

/**
 * Databases, topics and keys get names of this run.
 *
 * @throws Error when `POSTGRES_URL`, `REDIS_URL`, `KAFKA_BROKERS` or `MONGODB_URL` is missing
 */
export async function startRealGraph({ env = {}, portOffset = 20_000 }: RealGraphOptions = {}): Promise<RealGraph> {
  const missing = REQUIRED.filter((name) => !process.env[name]);
  if (missing.length > 0) throw new Error(`${missing.join(', ')} missing: the real graph needs real backing services.`);
  await using starting = new AsyncDisposableStack();
  // Owns what runs for as long as the graph does: services that are started again, too.
  const owned = starting.use(new AsyncDisposableStack());
  const run = `run${randomBytes(4).toString('hex')}`;
  const portOf = (service: ServiceName) => defaultPorts[service] + portOffset;
  const urls = Object.fromEntries(serviceNames.map((name) => [urlSetting(name), `http://127.0.0.1:${portOf(name)}`]));
  const shared: NodeJS.ProcessEnv = {
    ...urls,
    NODE_ENV: 'production',
    // Everybody in a test has one address.
    RATE_LIMIT_PER_MINUTE: '100000',
    SERVICE_SECRET: randomBytes(24).toString('base64url'),
    AUTH_SIGNING_KEY_SECRET: randomBytes(24).toString('base64url'),
    REDIS_PREFIX: `${run}:`,
    KAFKA_PREFIX: `${run}.`,
    MONGODB_DATABASE: run,
    ...env,
  };
  const processes = new Map<ServiceName | 'gateway', RunningProcess>();

  async function start(service: ServiceName): Promise<void> {
    const database = new URL(process.env.POSTGRES_URL as string);
    database.pathname = `/${run}_${service.replaceAll('-', '_')}`;
    const running = await startProcess({
      command: process.execPath,
      args: [join(root, 'subgraphs', service, 'dist', 'src', 'main.js')],
      cwd: root,
      env: { ...shared, PORT: String(portOf(service)), [databaseSetting(service)]: database.href },
      ready: STARTED,
    });
    processes.set(service, owned.use(running));
  }

  // All have to have come to an end of their start, one way or the other, before what runs can be stopped.
  const starts = await Promise.allSettled(serviceNames.map(start));
  for (const result of starts) if (result.status === 'rejected') throw result.reason;
  const gateway = await startProcess({
    command: process.execPath,
    args: [join(root, 'supergraph', 'dist', 'main.js')],
    cwd: root,
    env: { ...shared, PORT: '0' },
    ready: /"action":"gateway\.started".*?"url":"([^"]+)"/,
  });
  processes.set('gateway', owned.use(gateway));
  starting.move();
  return {
    url: gateway.match[1] as string,
    processes,
    restart: start,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
