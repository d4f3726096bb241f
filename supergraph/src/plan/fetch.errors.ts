import type { GraphQLFormattedError } from 'graphql';
import { type ErrorOrigin, originOf, type ResponsePath, withOrigin } from '../request/error.origin.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { CompiledFetch } from './compiled.fetch.ts';
import type { JsonObject } from './merge.ts';
import { locateTargets } from './path.ts';
import { toClientKey } from './response.keys.ts';
import { topLevelKeys } from './top.level.keys.ts';

/** Errors of one fetch that a client is told. One more says how many are left out. */
const MAX_ERRORS_PER_FETCH = 1_000;

/**
 * A subgraph's errors as the client's: paths point into the client's answer, `extensions.code` is kept, and
 * `extensions.service` names the subgraph. An error of an entity fetch that names none of the entities is one error, at the
 * list that they are in. To be called before the answer is merged.
 * @param targets for an entity fetch, the objects each representation stands for
 */
export function toClientErrors(
  fetch: CompiledFetch,
  result: GraphQLResult,
  data: JsonObject,
  targets: readonly (readonly JsonObject[])[] | null,
): GraphQLFormattedError[] {
  const places = targets ? new EntityPlaces(fetch, data, targets) : new RootPlaces(fetch);
  const clientErrors: GraphQLFormattedError[] = [];
  let leftOut = 0;
  const add: AddError = (error, path, origin) => {
    if (clientErrors.length >= MAX_ERRORS_PER_FETCH * places.answers) leftOut += 1;
    else clientErrors.push(withOrigin(toClientError(error, path, fetch), origin));
  };
  for (const error of result.errors ?? []) places.add(error, result.data, add);
  if (leftOut) {
    const message = `The subgraph '${fetch.subgraph}' reported ${leftOut} more errors, which are left out.`;
    const last = withOrigin(toClientError({ message }, null, fetch), {
      fault: { by: 'subgraph', subgraphs: [fetch.subgraph] },
    });
    clientErrors.push(withOrigin(last, { explains: places.all() }));
  }
  return clientErrors;
}

type AddError = (error: GraphQLFormattedError, path: ResponsePath | null, origin: ErrorOrigin) => void;

/** Where in the client's answer a fetch's errors are. */
interface Places {
  /** Clients' answers that share the fetch: events of a subscription; else 1. */
  readonly answers: number;
  /** @param data of the subgraph: what it took away on account of the error is explained by it */
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

/** Entities stand below `_entities`, by the number of their representation. */
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

  /** Events of a subscription that share a fetch stand in an array. */
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
      // An error of an entity that was not asked for is about none of those that were.
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
   * One error for each answer: at the outermost list that the entities are in, or at the entity.
   * @param told events of a subscription that have the error already
   */
  #addToAll(error: GraphQLFormattedError, add: AddError, told?: ReadonlySet<unknown>): void {
    const listDepth = this.fetch.path.indexOf('@', this.#isOfEvents ? 1 : 0);
    const keys = topLevelKeys(this.fetch);
    for (const [event, positions] of this.#allByAnswer()) {
      if (told?.has(event)) continue;
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

  /** What of one entity is null because of an error within it. */
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

/** How many steps of a path lead to the first null, or null where there is none on it. */
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

/** With the keys that clients know, for those that the plan gave. */
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
