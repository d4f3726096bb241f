import type { IncomingMessage, ServerResponse } from 'node:http';
import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { collectDefaultMetrics, Histogram, register } from 'prom-client';
import type { ServiceName } from '../services.ts';

const httpDuration = new Histogram({
  name: 'http_server_request_duration_seconds',
  help: 'Duration of HTTP requests.',
  labelNames: ['service', 'http_route', 'http_request_method', 'http_response_status_code'],
});

const fieldDuration = new Histogram({
  name: 'graphql_field_duration_seconds',
  help: 'Duration of resolving a field, by type and field. Fields that only read a property are not measured.',
  labelNames: ['service', 'field'],
});

const measured = new WeakSet<GraphQLSchema>();

/** Measures CPU, memory and event loop lag, once per process. */
export function measureProcess(): void {
  if (!register.getSingleMetric('process_cpu_seconds_total')) collectDefaultMetrics();
}

/** @param route the declared route, or null for an unknown path: callers could otherwise create any number of labels */
export function measureRequest(
  service: ServiceName,
  route: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const startMs = performance.now();
  response.once('close', () => {
    const labels = {
      service,
      http_route: route ?? '_OTHER',
      http_request_method: request.method === 'GET' || request.method === 'POST' ? request.method : '_OTHER',
      http_response_status_code: String(response.statusCode),
    };
    httpDuration.observe(labels, (performance.now() - startMs) / 1_000);
  });
}

/** Measures every field with a resolver of its own, in queries and in events of subscriptions. */
export function measureFields(service: ServiceName, schema: GraphQLSchema): void {
  if (measured.has(schema)) return;
  measured.add(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (!field.resolve) continue;
      const series = fieldDuration.labels({ service, field: `${type.name}.${field.name}` });
      field.resolve = timed(field.resolve, (durationMs) => series.observe(durationMs / 1_000));
    }
  }
}

function timed(
  resolve: GraphQLFieldResolver<unknown, unknown>,
  observe: (durationMs: number) => void,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const startMs = performance.now();
    const end = () => observe(performance.now() - startMs);
    let result: unknown;
    try {
      result = resolve(source, args, context, info);
    } catch (error) {
      end();
      throw error;
    }
    if (!(result instanceof Promise)) {
      end();
      return result;
    }
    return result.finally(end);
  };
}
