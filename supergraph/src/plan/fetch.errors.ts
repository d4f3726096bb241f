import type { GraphQLFormattedError } from 'graphql';
import { type ErrorOrigin, originOf, type ResponsePath, withOrigin } from '../request/error.origin.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { CompiledFetch } from './compiled.fetch.ts';
import type { JsonObject } from './merge.ts';
import { locateTargets } from './path.ts';
import { toClientKey } from './response.keys.ts';
import { topLevelKeys } from './top.level.keys.ts';

/** Most errors of one fetch that a client receives. One further error says how many were omitted. */
const MAX_ERRORS_PER_FETCH = 1_000;

/**
 * Converts a subgraph's errors into the client's. Paths point into the client's answer, `extensions.code` is kept, and
 * `extensions.service` names the subgraph. If an error of an entity fetch does not name an entity, it becomes one error at the
 * list that contains the entities. Must be called before the answer is merged.
 * @param targets for an entity fetch, the objects of each representation
 */
export function toClientErrors(
  fetch: CompiledFetch,
  result: GraphQLResult,
  data: JsonObject,
  targets: readonly (readonly JsonObject[])[] | null,
): GraphQLFormattedError[] {
  const places = targets ? new EntityPlaces(fetch, data, targets) : new RootPlaces(fetch);
  const clientErrors: GraphQLFormattedError[] = [];
  let omitted = 0;
  const add: AddError = (error, path, origin) => {
    if (clientErrors.length >= MAX_ERRORS_PER_FETCH * places.answers) omitted += 1;
    else clientErrors.push(withOrigin(toClientError(error, path, fetch), origin));
  };
  for (const error of result.errors ?? []) places.add(error, result.data, add);
  if (omitted) {
    const message = `The subgraph '${fetch.subgraph}' reported ${omitted} more errors, which are omitted.`;
    const last = withOrigin(toClientError({ message }, null, fetch), {
      fault: { by: 'subgraph', subgraphs: [fetch.subgraph] },
    });
    clientErrors.push(withOrigin(last, { explains: places.all() }));
  }
  return clientErrors;
}

type AddError = (error: GraphQLFormattedError, path: ResponsePath | null, origin: ErrorOrigin) => void;

/** The positions in the client's answer of a fetch's errors. */
interface Places {
  /** The number of clients' answers that share the fetch: several for events of a subscription, otherwise 1. */
  readonly answers: number;
  /** @param data the subgraph's data: the error explains the nulls in it */
  add(error: GraphQLFormattedError, data: GraphQLResult['data'], add: AddError): void;
  /** All positions that the fetch fills. */
  all(): readonly ResponsePath[];
}

class RootPlaces implements Places {
  readonly answers = 1;
  readonly #base: ResponsePath;

  constructor(private readonly fetch: CompiledFetch) {
    this.#base = concretePath(fetch.path);
  }

  add(error: GraphQLFormattedError, data: GraphQLResult['data'], add: AddError): void {
    const { path = [] } = error;
    const depth = depthOfNull(data, path);
    const origin = { explains: depth === 0 ? this.all() : [] };
    if (depth) origin.explains = [toClientPath([...this.#base, ...path.slice(0, depth)], this.fetch)];
    if (path.length) add(error, [...this.#base, ...path], origin);
    else for (const position of this.all()) add(error, position, origin);
  }

  all(): readonly ResponsePath[] {
    return topLevelKeys(this.fetch).map((key) => toClientPath([...this.#base, key], this.fetch));
  }
}

/** Steps of a path to an entity: `_entities` and the index of its representation. */
const ENTITY_DEPTH = 2;

class EntityPlaces implements Places {
  #located: Map<JsonObject, ResponsePath> | undefined;
  #all: readonly ResponsePath[] | undefined;
  #byAnswer: ReadonlyMap<unknown, ResponsePath[]> | undefined;

  constructor(
    private readonly fetch: CompiledFetch,
    private readonly data: JsonObject,
    private readonly targets: readonly (readonly JsonObject[])[],
  ) {}

  /** The data of subscription events that share a fetch are an array. */
  get answers(): number {
    return Array.isArray(this.data) ? this.data.length : 1;
  }

  add(error: GraphQLFormattedError, data: GraphQLResult['data'], add: AddError): void {
    const { path = [] } = error;
    const index = path[1];
    const depth = depthOfNull(data, path);
    const hasFailed = depth !== null && depth < ENTITY_DEPTH;
    if (typeof index !== 'number') {
      this.#addToAll(error, add);
    } else if (index >= this.targets.length) {
      // The error's entity was not requested, so the error belongs to none of the requested ones.
      add(error, null, { explains: hasFailed ? this.all() : [] });
    } else {
      const bases = this.#pathsOf(index);
      for (const base of bases) {
        const explains = hasFailed ? this.#allBeside(base) : this.#nulledIn(base, path, depth);
        add(error, [...base, ...path.slice(ENTITY_DEPTH)], { explains });
      }
      if (hasFailed && this.answers > 1) this.#addToAll(error, add, new Set(bases.map(([event]) => event)));
    }
  }

  all(): readonly ResponsePath[] {
    this.#all ??= this.targets.flatMap((_target, index) => this.#pathsOf(index).flatMap((base) => this.#keysAt(base)));
    return this.#all;
  }

  /**
   * Adds one error to each answer: at the outermost list that contains the entities, or at the entity.
   * @param eventsWithError events of a subscription that have the error already
   */
  #addToAll(error: GraphQLFormattedError, add: AddError, eventsWithError?: ReadonlySet<unknown>): void {
    const listDepth = this.fetch.path.indexOf('@', this.#isOfEvents ? 1 : 0);
    const keys = topLevelKeys(this.fetch);
    for (const [event, positions] of this.#allByAnswer()) {
      if (eventsWithError?.has(event)) continue;
      const [position] = positions as [ResponsePath];
      const end = listDepth >= 0 ? listDepth : keys.length === 1 ? position.length : position.length - 1;
      add(error, position.slice(0, end), { explains: positions, concerns: positions });
    }
  }

  get #isOfEvents(): boolean {
    return Array.isArray(this.data);
  }

  #allByAnswer(): ReadonlyMap<unknown, ResponsePath[]> {
    this.#byAnswer ??= Map.groupBy(this.all(), ([event]) => (this.#isOfEvents ? event : null));
    return this.#byAnswer;
  }

  #allBeside([event]: ResponsePath): readonly ResponsePath[] {
    return this.#allByAnswer().get(this.#isOfEvents ? event : null) ?? [];
  }

  /** Positions within one entity that are null because of an error in it. */
  #nulledIn(base: ResponsePath, path: ResponsePath, depth: number | null): readonly ResponsePath[] {
    if (depth === null) return [];
    if (depth === ENTITY_DEPTH) return this.#keysAt(base);
    return [toClientPath([...base, ...path.slice(ENTITY_DEPTH, depth)], this.fetch)];
  }

  #keysAt(base: ResponsePath): ResponsePath[] {
    return topLevelKeys(this.fetch).map((key) => toClientPath([...base, key], this.fetch));
  }

  #pathsOf(index: number): ResponsePath[] {
    this.#located ??= locateTargets(this.data, this.fetch.path);
    return (this.targets[index] ?? []).map((target) => this.#located?.get(target) ?? []);
  }
}

/** @returns the number of steps of a path to the first null on it; null if there is none */
function depthOfNull(data: GraphQLResult['data'], path: ResponsePath): number | null {
  let value: unknown = data;
  for (let depth = 0; depth <= path.length; depth += 1) {
    if (value === null || value === undefined) return depth;
    if (typeof value !== 'object') return null;
    const step = path[depth] ?? '';
    value = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
  }
  return null;
}

function concretePath(path: ResponsePath): ResponsePath {
  const upToList = path.indexOf('@');
  return upToList < 0 ? path : path.slice(0, upToList);
}

/** Replaces the plan's keys in a path by the client's. */
function toClientPath(path: ResponsePath, { renames }: CompiledFetch): ResponsePath {
  return path.map((step) => toClientKey(renames.get(step) ?? step));
}

function toClientError(
  error: GraphQLFormattedError,
  path: ResponsePath | null,
  fetch: CompiledFetch,
): GraphQLFormattedError {
  const { subgraph: service } = fetch;
  const { code = 'DOWNSTREAM_SERVICE_ERROR', ...extensions } = error.extensions ?? {};
  const clientError = {
    message: error.message || `The subgraph '${service}' reported an error without a message.`,
    ...(path && { path: toClientPath(path, fetch) }),
    extensions: { ...extensions, code, service },
  };
  const { fault } = originOf(error);
  return fault ? withOrigin(clientError, { fault }) : clientError;
}
