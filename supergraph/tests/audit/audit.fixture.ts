import { pino } from 'pino';
import { createCore } from '../../src/pipeline/core.ts';
import type { GraphQLResult, SubgraphRequest } from '../../src/request/message.ts';
import { anonymous, composeInProcess, type Resolvers } from '../support/in-process.transport.ts';

type Source = Record<string, unknown>;

export type Entities = readonly Source[] | (() => readonly Source[]);

/** A subgraph as its data: fields are values, or methods that take the field's arguments. */
export interface DataSubgraph {
  readonly name: string;
  readonly sdl: string;
  readonly query?: Source;
  readonly mutation?: Source;
  /** What a representation may mean, by type: the entity whose scalar fields agree with it. A function may fail. */
  readonly entities?: Readonly<Record<string, Entities>>;
}

export interface Audited {
  readonly requests: SubgraphRequest[];
  ask(query: string, variables?: Source, operationName?: string): Promise<GraphQLResult>;
  /** The parts of an answer to `@defer`; a single result where it comes in one piece. */
  askInParts(query: string, variables?: Source): Promise<readonly GraphQLResult[]>;
  /** Answers without errors, or fails saying them. */
  data(query: string, variables?: Source): Promise<unknown>;
  /** Subgraphs in the order in which they were asked. */
  asked(): string[];
}

export const FEDERATION_2 =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@inaccessible", "@interfaceObject", "@extends", "@tag", "@context", "@fromContext"])';

/** SDL with an `extend schema` of its own, or that begins with `# federation 1`, is taken as it is. */
export function startAudit(subgraphs: readonly DataSubgraph[]): Audited {
  const { supergraph, transport, requests } = composeInProcess(
    subgraphs.map(({ name, sdl, query, mutation, entities }) => {
      const isWhole = sdl.includes('extend schema') || sdl.startsWith('# federation 1');
      const resolvers: Record<string, unknown> = {};
      if (query) resolvers.Query = toResolvers(query);
      if (mutation) resolvers.Mutation = toResolvers(mutation);
      for (const [type, known] of Object.entries(entities ?? {})) {
        resolvers[type] = { __resolveReference: (representation: Source) => findEntity(known, representation) };
      }
      return { name, sdl: isWhole ? sdl : `${FEDERATION_2} ${sdl}`, resolvers: resolvers as Resolvers };
    }),
  );
  const core = createCore({ supergraph, transport, log: pino({ level: 'silent' }) });
  const ask = (query: string, variables: Source = {}, operationName?: string) =>
    core.execute({ query, variables, operationName }, anonymous);
  return {
    requests,
    ask,
    async askInParts(query, variables = {}) {
      const answer = await core.subscribe({ query, variables }, anonymous);
      if (!('attach' in answer)) return [answer];
      const parts: GraphQLResult[] = [];
      for await (const part of answer) parts.push(part);
      return parts;
    },
    async data(query, variables) {
      const { data, errors } = await ask(query, variables);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    asked: () => requests.map(({ subgraph }) => subgraph),
  };
}

function toResolvers(fields: Source): Source {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      (_source: unknown, args: unknown) =>
        typeof value === 'function' ? (value as (args: unknown) => unknown)(args) : value,
    ]),
  );
}

/** The representation's other fields, required from elsewhere, come along: as they are, and under `given`. */
function findEntity(entities: Entities, representation: Source): Source | null {
  const { __typename: _, ...fields } = representation;
  const known = typeof entities === 'function' ? entities() : entities;
  const entity = known.find((candidate) =>
    Object.entries(fields).every(
      ([name, value]) =>
        !(name in candidate) ||
        (typeof value === 'object' && value !== null) ||
        String(candidate[name]) === String(value),
    ),
  );
  return entity ? { ...fields, ...entity, given: fields } : null;
}
