import { z } from 'zod';
import { setting } from './env.ts';
import { defaultPorts, type ServiceName, serviceNames, toSettingPrefix } from './services.ts';

const postgresUrl = () => setting.url(['postgres', 'postgresql']);

/** `AUTH_DATABASE_URL`; the project service keeps documents and has `MONGODB_URL` instead. */
export function databaseSetting(service: ServiceName): string {
  return `${toSettingPrefix(service)}_DATABASE_URL`;
}

/** `AUTH_URL`: where the others reach a service. */
export function urlSetting(service: ServiceName): string {
  return `${toSettingPrefix(service)}_URL`;
}

/** Settings of every process, whatever runs in it. */
export const processSettings = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least severe log lines that are written'),
  ZIPKIN_URL: setting.url(['http', 'https']).optional().describe('Zipkin server that gets the traces'),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting
    .url(['http', 'https'])
    .optional()
    .describe('OTLP/HTTP receiver that gets the traces'),
};

/** Shared backing services; each one's in-process driver serves one process only. */
export const sharedSettings = {
  REDIS_URL: setting.url(['redis', 'rediss']).describe('Redis: cache, revocations, stream log, fan-out'),
  KAFKA_BROKERS: setting.list().describe('Kafka brokers as host:port, separated by commas'),
  MONGODB_URL: setting.url(['mongodb', 'mongodb+srv']).describe('MongoDB: the documents of the project service'),
};

/** Names within shared servers, so that several systems can use one. */
const namespaceSettings = {
  REDIS_PREFIX: z.string().default('vibecode:').describe('begins every Redis key and channel'),
  KAFKA_PREFIX: z.string().default('').describe('begins every Kafka topic and consumer group'),
  MONGODB_DATABASE: z.string().default('vibecode').describe('MongoDB database'),
};

/** Settings of one service as a process of its own. All are required that have no default. */
export function serviceSettings(service: ServiceName) {
  const { MONGODB_URL, ...shared } = sharedSettings;
  const others = serviceNames.filter((name) => name !== service);
  return {
    ...processSettings,
    ...shared,
    ...namespaceSettings,
    ...(service === 'project'
      ? { MONGODB_URL }
      : { [databaseSetting(service)]: postgresUrl().describe(`PostgreSQL database of the ${service} service`) }),
    ...Object.fromEntries(
      others.map((name) => [
        urlSetting(name),
        setting.url(['http', 'https']).describe(`base URL of the ${name} service`),
      ]),
    ),
    SERVICE_SECRET: setting.secret(16).describe('credential that all services share to be given tokens by auth'),
    HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
    PORT: setting.integer(0, 65_535).default(defaultPorts[service]).describe('port to listen on; 0 takes a free one'),
    ADVERTISED_URL: setting
      .url(['http', 'https'])
      .optional()
      .describe(
        'base URL at which the gateway reaches this instance; given, the instance registers itself in Redis, and the gateway spreads requests over all that did',
      ),
    DATA_DIR: z.string().default('.data').describe('directory for files of this process'),
  };
}

/** What `npm start` embeds when it is not named; in production all of it is required. */
export const backingSettings: Record<string, z.ZodType<string | string[]>> = {
  ...sharedSettings,
  ...Object.fromEntries(
    serviceNames
      .filter((service) => service !== 'project')
      .map((service) => [
        databaseSetting(service),
        postgresUrl().describe(`PostgreSQL database of the ${service} service`),
      ]),
  ),
};

/** Settings of `npm start`: whatever is left out is embedded. */
export const embeddedSettings = {
  ...processSettings,
  ...Object.fromEntries(Object.entries(backingSettings).map(([name, schema]) => [name, schema.optional()])),
  ...namespaceSettings,
  HOST: z.string().default('127.0.0.1').describe('address the gateway listens on'),
  PORT: setting.integer(0, 65_535).default(8080).describe('port the gateway listens on; 0 takes a free one'),
  DATA_DIR: z
    .string()
    .default('.data')
    .describe('directory that keeps everything; other accounts of the machine are shut out of it'),
  LOG_MAX_MB: setting
    .integer(1, 10_000)
    .default(20)
    .describe('megabytes after which the log file is put aside and a new one begun'),
  LOG_FILES: setting.integer(1, 1_000).default(5).describe('log files kept beside the current one'),
};
