/** The subgraphs of the system in the order of their start: a service comes after the services that it needs at start. */
export const serviceNames = [
  'auth',
  'user',
  'project',
  'billing',
  'notification',
  'code-executor',
  'ai-generation',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** The base URLs of services. */
export interface ServiceDirectory {
  /** Base URL without a trailing slash: `http://127.0.0.1:8081`. */
  url(service: ServiceName): string;
}

/** Default ports of the services. */
export const defaultPorts: Readonly<Record<ServiceName, number>> = {
  auth: 8081,
  user: 8082,
  project: 8083,
  'ai-generation': 8084,
  'code-executor': 8085,
  billing: 8086,
  notification: 8087,
};

/** `ai-generation` -> `AI_GENERATION`: the prefix of a service's own settings. */
export function toSettingPrefix(service: ServiceName): string {
  return service.toUpperCase().replaceAll('-', '_');
}

/** `ai-generation` -> `ai_generation`: the PostgreSQL schema of a service. */
export function toDatabaseSchema(service: ServiceName): string {
  return service.replaceAll('-', '_');
}
