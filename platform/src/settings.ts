import { z } from 'zod';
import { setting } from './env.ts';
import { defaultPorts, type ServiceName, serviceNames, toSettingPrefix } from './services.ts';

const postgresUrl = () => setting.url(['postgres', 'postgresql']);

/** Such as `AUTH_DATABASE_URL`. The project service stores documents and has `MONGODB_URL` instead. */
export function databaseSetting(service: ServiceName): string {
  return `${toSettingPrefix(service)}_DATABASE_URL`;
}

/** Such as `AUTH_URL`: the base URL of a service for the other services. */
export function urlSetting(service: ServiceName): string {
  return `${toSettingPrefix(service)}_URL`;
}

/** Settings of every process. */
export const processSettings = {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least severe level that is logged'),
  ZIPKIN_URL: setting.url(['http', 'https']).optional().describe('Zipkin server that receives traces'),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting.url(['http', 'https']).optional().describe('OTLP/HTTP receiver of traces'),
};

/** Backing services that are shared. Their embedded drivers work within one process only. */
export const sharedSettings = {
  REDIS_URL: setting.url(['redis', 'rediss']).describe('Redis: cache, revocations, stream log, fan-out'),
  KAFKA_BROKERS: setting.list().describe('Kafka brokers as host:port, separated by commas'),
  MONGODB_URL: setting
    .url(['mongodb', 'mongodb+srv'])
    .describe('MongoDB server for the documents of the project service'),
};

/** Names within shared servers, so that several systems can use one server. */
const namespaceSettings = {
  REDIS_PREFIX: z.string().default('vibecode:').describe('prefix of every Redis key and channel'),
  KAFKA_PREFIX: z.string().default('').describe('prefix of every Kafka topic and consumer group'),
  MONGODB_DATABASE: z.string().default('vibecode').describe('MongoDB database'),
};

/** Settings of one service as a process of its own. A setting without a default is required. */
export function serviceSettings(service: ServiceName) {
  const { MONGODB_URL, ...shared } = sharedSettings;
  const otherServices = serviceNames.filter((name) => name !== service);
  return {
    ...processSettings,
    ...shared,
    ...namespaceSettings,
    ...(service === 'project'
      ? { MONGODB_URL }
      : { [databaseSetting(service)]: postgresUrl().describe(`PostgreSQL database of the ${service} service`) }),
    ...Object.fromEntries(
      otherServices.map((name) => [
        urlSetting(name),
        setting.url(['http', 'https']).describe(`base URL of the ${name} service`),
      ]),
    ),
    SERVICE_SECRET: setting.secret(16).describe('shared credential with which services obtain tokens from auth'),
    HOST: z.string().default('127.0.0.1').describe('address to listen on; 0.0.0.0 in a container'),
    PORT: setting.integer(0, 65_535).default(defaultPorts[service]).describe('port to listen on; 0 selects a free one'),
    ADVERTISED_URL: setting
      .url(['http', 'https'])
      .optional()
      .describe(
        'base URL at which the gateway reaches this instance; if set, the instance registers itself in Redis, and the gateway distributes requests over all registered instances',
      ),
    DATA_DIR: z.string().default('.data').describe('directory for files of this process'),
  };
}

/** Servers that `npm start` embeds if they are not set. In production all of them are required. */
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

/** Settings of `npm start`. A server that is not set is embedded. */
export const embeddedSettings = {
  ...processSettings,
  ...Object.fromEntries(Object.entries(backingSettings).map(([name, schema]) => [name, schema.optional()])),
  ...namespaceSettings,
  HOST: z.string().default('127.0.0.1').describe('address that the gateway listens on'),
  PORT: setting.integer(0, 65_535).default(8080).describe('port that the gateway listens on; 0 selects a free one'),
  DATA_DIR: z
    .string()
    .default('.data')
    .describe('directory for all data; other accounts of the machine have no access to it'),
  LOG_MAX_MB: setting.integer(1, 10_000).default(20).describe('size in megabytes at which the log file is rotated'),
  LOG_FILES: setting.integer(1, 1_000).default(5).describe('number of rotated log files that are kept'),
};
