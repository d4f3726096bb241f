import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError } from '@vibecode/platform/errors';
import { parseDuration, parseListenAddress } from './config/config.values.ts';
import type { ApolloGraph } from './plugin/plugin.host.ts';
import { readSupergraphConfig } from './source/composition.config.ts';
import { type ComposedSubgraph, compositionSource } from './source/composition.source.ts';
import { fileSource } from './source/file.source.ts';
import type { SupergraphSource } from './source/supergraph.source.ts';
import { uplinkSource } from './source/uplink.source.ts';
import { urlSource } from './source/url.source.ts';
import type { TracingSettings } from './telemetry/gateway.telemetry.ts';

export const ROUTER_USAGE = `Usage: npm run router -- [OPTIONS]
       npm run router -- config schema | keys | validate FILE | upgrade FILE [--write]

The supergraph, one of
  -s, --supergraph FILE|URL        the composed supergraph; a file is watched     APOLLO_ROUTER_SUPERGRAPH_PATH
      --supergraph-urls URL,…      the first URL that answers                     APOLLO_ROUTER_SUPERGRAPH_URLS
      --supergraph-config FILE     rover's supergraph.yaml: its subgraphs are composed, and again after each change
      --subgraph NAME=URL          a running subgraph to compose; repeat the option for each
  a supergraph that is published to GraphOS, by APOLLO_KEY (or --apollo-key-path FILE) and APOLLO_GRAPH_REF
      --apollo-uplink-endpoints URL,…                                             APOLLO_UPLINK_ENDPOINTS
      --apollo-uplink-poll-interval 10s                                           APOLLO_UPLINK_POLL_INTERVAL
      --poll-interval 2s           interval of reading subgraphs' schemas; a supergraph URL is polled only with this option

  -c, --config FILE                the configuration, in Apollo Router's dialect  APOLLO_ROUTER_CONFIG_PATH
      --listen HOST:PORT           default: the configuration's address           APOLLO_ROUTER_LISTEN_ADDRESS
      --workers N                  processes that share the port; default 1       APOLLO_ROUTER_WORKERS
      --log LEVEL                  off, error, warn, info, debug or trace         APOLLO_ROUTER_LOG
      --dev                        GraphiQL, introspection, unmasked errors       APOLLO_ROUTER_DEV
      --hot-reload                 without effect: files are always watched       APOLLO_ROUTER_HOT_RELOAD
      --anonymous-telemetry-disabled   without effect: no telemetry is sent
  -V, --version
  -h, --help

With APOLLO_KEY and APOLLO_GRAPH_REF, usage is reported to GraphOS. Spans are sent to ZIPKIN_URL and OTEL_EXPORTER_OTLP_ENDPOINT, in addition to the configuration's receivers.
`;

export interface RouterOptions {
  readonly supergraph: SupergraphSource;
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel: string;
  /** Number of processes that share the port. Default 1. */
  readonly workers: number;
  readonly dev: boolean;
  readonly tracing?: TracingSettings;
  readonly apollo?: ApolloGraph;
}

type Env = Readonly<Record<string, string | undefined>>;
const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

const FLAGS = {
  supergraph: { ...text, short: 's' },
  'supergraph-urls': text,
  'supergraph-config': text,
  subgraph: { ...text, multiple: true },
  'apollo-key-path': text,
  'apollo-uplink-endpoints': text,
  'apollo-uplink-poll-interval': text,
  'apollo-uplink-timeout': text,
  'graph-artifact-reference': text,
  'poll-interval': text,
  config: { ...text, short: 'c' },
  listen: text,
  log: text,
  workers: text,
  dev: flag,
  'hot-reload': flag,
  'anonymous-telemetry-disabled': flag,
  version: { ...flag, short: 'V' },
  help: { ...flag, short: 'h' },
} as const;

type Values = ReturnType<typeof parseFlags>;

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    throw wrong(`${(error as Error).message}\n\n${ROUTER_USAGE}`);
  }
}

/**
 * Reads the flags and environment variables of Apollo Router. A flag takes precedence over its variable.
 *
 * @throws AppError for a missing or invalid option
 */
export async function readRouterOptions(
  args: readonly string[],
  env: Env,
): Promise<RouterOptions | 'help' | 'version'> {
  const flags = parseFlags(args);
  if (flags.help) return 'help';
  if (flags.version) return 'version';
  const config = flags.config ?? (env.APOLLO_ROUTER_CONFIG_PATH || undefined);
  return {
    supergraph: await toSource(flags, env),
    ...(config && { config }),
    ...toAddress(flags.listen ?? (env.APOLLO_ROUTER_LISTEN_ADDRESS || undefined)),
    logLevel: toLogLevel(flags.log ?? (env.APOLLO_ROUTER_LOG || undefined)),
    workers: toWorkers(flags.workers ?? (env.APOLLO_ROUTER_WORKERS || undefined)),
    dev: flags.dev ?? env.APOLLO_ROUTER_DEV === 'true',
    ...toTracing(env),
    ...(env.APOLLO_KEY && env.APOLLO_GRAPH_REF && { apollo: { key: env.APOLLO_KEY, graphRef: env.APOLLO_GRAPH_REF } }),
  };
}

const MAX_WORKERS = 256;

function toWorkers(value: string | undefined): number {
  if (value === undefined) return 1;
  const workers = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (workers >= 1 && workers <= MAX_WORKERS) return workers;
  throw wrong(`--workers is '${value}'; expected a number from 1 to ${MAX_WORKERS}, at most one for each processor.`);
}

function toTracing(env: Env): { tracing?: TracingSettings } {
  const [zipkinUrl, otlpUrl] = ['ZIPKIN_URL', 'OTEL_EXPORTER_OTLP_ENDPOINT'].map((name) => {
    const url = env[name] || undefined;
    if (url !== undefined && !isHttpUrl(url)) throw wrong(`${name} is '${url}'; expected an http or https URL.`);
    return url;
  });
  return zipkinUrl || otlpUrl ? { tracing: { zipkinUrl, otlpUrl } } : {};
}

async function toSource(flags: Values, env: Env): Promise<SupergraphSource> {
  const pollIntervalMs = toInterval('--poll-interval', flags['poll-interval']);
  const composed = [
    ...(flags['supergraph-config'] ? await readSupergraphConfig(flags['supergraph-config']) : []),
    ...(flags.subgraph ?? []).map(toSubgraph),
  ];
  if (composed.length > 0) {
    if (flags.supergraph) throw wrong('--supergraph cannot be combined with subgraphs to compose: use one of them.');
    return compositionSource({ subgraphs: composed, ...(pollIntervalMs && { pollIntervalMs }) });
  }
  const urls = flags['supergraph-urls'] ?? (flags.supergraph ? undefined : env.APOLLO_ROUTER_SUPERGRAPH_URLS);
  const path = flags.supergraph ?? env.APOLLO_ROUTER_SUPERGRAPH_PATH;
  if (urls) return urlSource({ urls: toUrls('--supergraph-urls', urls), ...(pollIntervalMs && { pollIntervalMs }) });
  if (path && /^https?:\/\//.test(path)) return urlSource({ urls: [path], ...(pollIntervalMs && { pollIntervalMs }) });
  if (path && /\.ya?ml$/.test(path)) {
    const subgraphs = await readSupergraphConfig(path);
    return compositionSource({ subgraphs, ...(pollIntervalMs && { pollIntervalMs }) });
  }
  if (path) return fileSource(path);
  if (flags['graph-artifact-reference'] || env.APOLLO_GRAPH_ARTIFACT_REFERENCE) {
    throw wrong(
      'Graph artifacts are not supported. Use Uplink (APOLLO_KEY and APOLLO_GRAPH_REF), or --supergraph FILE.',
    );
  }
  return toUplink(flags, env);
}

function toUplink(flags: Values, env: Env): SupergraphSource {
  const keyPath = flags['apollo-key-path'] ?? env.APOLLO_KEY_PATH;
  const apiKey = env.APOLLO_KEY || (keyPath ? readKey(keyPath) : undefined);
  const graphRef = env.APOLLO_GRAPH_REF;
  if (!apiKey && !graphRef) {
    throw new AppError(
      'GATEWAY_NO_SUPERGRAPH',
      `The supergraph is not specified: --supergraph is missing.\n\n${ROUTER_USAGE}`,
    );
  }
  if (!apiKey) throw wrong('APOLLO_GRAPH_REF is set but APOLLO_KEY is not. Uplink needs both.');
  if (!graphRef)
    throw wrong('APOLLO_KEY is set but APOLLO_GRAPH_REF is not. Uplink needs both; otherwise use --supergraph.');
  const endpoints = flags['apollo-uplink-endpoints'] ?? env.APOLLO_UPLINK_ENDPOINTS;
  const pollIntervalMs = toInterval(
    '--apollo-uplink-poll-interval',
    flags['apollo-uplink-poll-interval'] ?? env.APOLLO_UPLINK_POLL_INTERVAL,
  );
  return uplinkSource({
    apiKey,
    graphRef,
    ...(endpoints && { endpoints: toUrls('--apollo-uplink-endpoints', endpoints) }),
    ...(pollIntervalMs && { pollIntervalMs }),
  });
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (cause) {
    throw wrong(`The key file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`);
  }
}

function toSubgraph(assignment: string): ComposedSubgraph {
  const at = assignment.indexOf('=');
  const routingUrl = assignment.slice(at + 1);
  if (at < 1 || !isHttpUrl(routingUrl)) {
    throw wrong(`--subgraph is '${assignment}'; expected NAME=URL, such as users=http://127.0.0.1:4001/graphql.`);
  }
  return { name: assignment.slice(0, at), routingUrl };
}

function toUrls(name: string, list: string): string[] {
  const urls = list.split(',').map((url) => url.trim());
  const bad = urls.find((url) => !isHttpUrl(url));
  if (bad !== undefined) throw wrong(`${name} contains '${bad}'; expected http or https URLs, separated by commas.`);
  return urls;
}

function isHttpUrl(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value);
}

function toInterval(name: string, value: string | undefined): number | undefined {
  if (!value) return undefined;
  const ms = parseDuration(value);
  if (!ms) throw wrong(`${name} is '${value}'; expected a duration such as 10s.`);
  return ms;
}

const LEVELS: Readonly<Record<string, string>> = {
  off: 'silent',
  error: 'error',
  warn: 'warn',
  info: 'info',
  debug: 'debug',
  trace: 'trace',
};

/** Apollo Router also accepts filters (`info,router=debug`): the first plain level in a filter is used. */
function toLogLevel(value: string | undefined): string {
  if (value === undefined) return 'info';
  const level = value
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .find((part) => part in LEVELS);
  if (!level) throw wrong(`--log is '${value}'; expected ${Object.keys(LEVELS).join(', ')}.`);
  return LEVELS[level]!;
}

/** A port alone, or host and port. */
function toAddress(listen: string | undefined): { host?: string; port?: number } {
  if (listen === undefined) return {};
  const address = parseListenAddress(/^\d{1,5}$/.test(listen) ? `127.0.0.1:${listen}` : listen);
  if (address) return address;
  throw new AppError('GATEWAY_BAD_ADDRESS', `--listen is '${listen}'; expected HOST:PORT, such as 0.0.0.0:4000.`);
}

function wrong(message: string): AppError {
  return new AppError('GATEWAY_BAD_OPTION', message);
}
