import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { AppError } from '@vibecode/platform/errors';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { expandVariables, processSource } from '../config/config.expansion.ts';
import type { ComposedSubgraph, SchemaLocation } from './composition.source.ts';

const httpUrl = () => z.url({ protocol: /^https?$/, error: 'expected an http or https URL' });

const schemaLocation = z.union(
  [
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({
      subgraph_url: httpUrl(),
      introspection_headers: z.record(z.string(), z.string()).optional(),
    }),
    z.strictObject({ sdl: z.string().min(1) }),
  ],
  { error: 'expected one of file, subgraph_url or sdl (a schema published to GraphOS comes by Uplink)' },
);

/** What `rover supergraph compose` and `rover dev` read: https://www.apollographql.com/docs/rover/commands/supergraphs */
const supergraphConfig = z.strictObject({
  federation_version: z.union([z.string(), z.number()]).optional(),
  subgraphs: z
    .record(z.string(), z.strictObject({ routing_url: httpUrl().optional(), schema: schemaLocation.optional() }))
    .refine((subgraphs) => Object.keys(subgraphs).length > 0, 'expected a subgraph'),
});

/** Reads rover's `supergraph.yaml`; files are relative to it. @throws AppError that says what is wrong with it */
export async function readSupergraphConfig(path: string): Promise<ComposedSubgraph[]> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw invalid(path, `it cannot be read (${cause.code ?? cause.message})`, cause);
  });
  let data: unknown;
  try {
    data = parseYaml(text, (_key, value) =>
      typeof value === 'string' ? expandVariables(value, processSource(process.env)) : value,
    );
  } catch (cause) {
    throw invalid(path, (cause as Error).message, cause);
  }
  const parsed = supergraphConfig.safeParse(data);
  if (!parsed.success) throw invalid(path, z.prettifyError(parsed.error), parsed.error);
  const folder = dirname(path);
  return Object.entries(parsed.data.subgraphs).map(([name, { routing_url: routingUrl, schema }]) => {
    const location = schema && toLocation(schema, folder);
    const url = routingUrl ?? (location && 'url' in location ? location.url : undefined);
    if (!url) throw invalid(path, `subgraphs.${name} has no routing_url, where operations go`);
    return { name, routingUrl: url, ...(location && { schema: location }) };
  });
}

function toLocation(schema: z.output<typeof schemaLocation>, folder: string): SchemaLocation {
  if ('file' in schema) return { file: resolve(folder, schema.file) };
  if ('sdl' in schema) return schema;
  const { subgraph_url: url, introspection_headers: headers } = schema;
  return headers ? { url, headers } : { url };
}

function invalid(path: string, reason: string, cause?: unknown): AppError {
  return new AppError('GATEWAY_BAD_SUPERGRAPH_CONFIG', `${path} does not say what to compose: ${reason}.`, { cause });
}
