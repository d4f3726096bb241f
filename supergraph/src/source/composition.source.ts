import { readFile } from 'node:fs/promises';
import type { GraphQLDataSource } from '@apollo/gateway';
import { apolloSource } from './apollo.source.ts';
import type { SupergraphSource } from './supergraph.source.ts';

const TIMEOUT_MS = 10_000;

/** One subgraph to compose. */
export interface ComposedSubgraph {
  readonly name: string;
  /** Where the gateway sends operations. */
  readonly routingUrl: string;
  /** Where the schema is had. Left out: from the subgraph itself, at its routing URL. */
  readonly schema?: SchemaLocation;
}

/** A server that answers `{ _service { sdl } }`, a file that is read again and again, or the text itself. */
export type SchemaLocation =
  | { readonly url: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly file: string }
  | { readonly sdl: string };

export interface CompositionOptions {
  readonly subgraphs: readonly ComposedSubgraph[];
  /** Time between looks at the subgraphs. Default 2,000. */
  readonly pollIntervalMs?: number;
}

/**
 * Composes running subgraphs, and composes again when the schema of one has changed. While they do not compose, or one does not
 * answer, the old supergraph goes on, and the log says what is wrong.
 */
export function compositionSource({ subgraphs, pollIntervalMs = 2_000 }: CompositionOptions): SupergraphSource {
  const byName = new Map(subgraphs.map((subgraph) => [subgraph.name, subgraph]));
  return apolloSource({
    createManager: ({ IntrospectAndCompose }, logger) =>
      new IntrospectAndCompose({
        subgraphs: subgraphs.map(({ name, routingUrl }) => ({ name, url: routingUrl })),
        pollIntervalInMs: pollIntervalMs,
        logger,
      }),
    getDataSource: ({ name }) => schemaOf(byName.get(name)!),
    code: 'GATEWAY_COMPOSITION_FAILED',
    failure: 'The subgraphs make no supergraph',
  });
}

/** Answers the manager's `{ _service { sdl } }`. */
function schemaOf({ schema, routingUrl }: ComposedSubgraph): GraphQLDataSource {
  if (schema && 'sdl' in schema) return { process: async () => toAnswer(schema.sdl) };
  if (schema && 'file' in schema) return { process: async () => toAnswer(await readFile(schema.file, 'utf8')) };
  return {
    async process({ request: { query } }) {
      const response = await fetch(schema?.url ?? routingUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', ...schema?.headers },
        body: JSON.stringify({ query }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`);
      return (await response.json()) as ReturnType<typeof toAnswer>;
    },
  };
}

function toAnswer(sdl: string) {
  return { data: { _service: { sdl } } };
}
