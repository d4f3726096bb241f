import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLFieldResolver, type GraphQLTypeResolver, parse, validate } from 'graphql';
import { type LoadedSupergraph, loadSupergraph } from '../../src/pipeline/supergraph.ts';
import type { RequestContext, SubgraphTransport } from '../../src/request/context.ts';
import type { GraphQLResult, SubgraphRequest } from '../../src/request/message.ts';

type Module = Extract<Parameters<typeof buildSubgraphSchema>[0], readonly unknown[]>[number];
export type Resolvers = Extract<Module, { typeDefs: unknown }>['resolvers'];

export interface SubgraphDefinition {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers?: Resolvers;
  readonly fieldResolver?: GraphQLFieldResolver<unknown, unknown>;
  readonly typeResolver?: GraphQLTypeResolver<unknown, unknown>;
}

export interface InProcess {
  readonly supergraph: LoadedSupergraph;
  readonly transport: SubgraphTransport;
  /** What the subgraphs were asked, in order. */
  readonly requests: SubgraphRequest[];
}

/**
 * Composes subgraphs and answers for them in this process, each by graphql-js over its own schema.
 * @param rewrite makes another supergraph of the composed one
 */
export function composeInProcess(
  definitions: readonly SubgraphDefinition[],
  rewrite: (supergraphSdl: string) => string = (sdl) => sdl,
): InProcess {
  const services = definitions.map(({ name, sdl }) => ({
    name,
    url: `http://${name}.invalid/graphql`,
    typeDefs: parse(sdl),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  const schemas = new Map(
    definitions.map((definition) => [
      definition.name,
      {
        definition,
        schema: buildSubgraphSchema([{ typeDefs: parse(definition.sdl), resolvers: definition.resolvers }]),
      },
    ]),
  );
  const requests: SubgraphRequest[] = [];
  return {
    supergraph: loadSupergraph(rewrite(supergraphSdl)),
    requests,
    transport: {
      async fetch(request) {
        requests.push(request);
        const { schema, definition } = schemas.get(request.subgraph) ?? fail(request.subgraph);
        const document = parse(request.query);
        const invalid = validate(schema, document);
        if (invalid.length) throw new Error(`Invalid for ${request.subgraph}: ${invalid.join('; ')}\n${request.query}`);
        const result = await execute({
          schema,
          document,
          variableValues: request.variables,
          fieldResolver: definition.fieldResolver,
          typeResolver: definition.typeResolver,
        });
        // As over the wire: plans merge in place, and must not reach into a subgraph's own objects.
        return JSON.parse(JSON.stringify(result)) as GraphQLResult;
      },
    },
  };
}

function fail(subgraph: string): never {
  throw new Error(`There is no subgraph '${subgraph}'.`);
}

/** The context of a request by nobody, never aborted. */
export const anonymous: RequestContext = {
  id: 'test',
  headers: {},
  identity: null,
  signal: new AbortController().signal,
};
