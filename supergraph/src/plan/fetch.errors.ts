import { type GraphQLFormattedError, Kind, parse, type SelectionNode } from 'graphql';
import type { GraphQLResult } from '../request/message.ts';
import type { CompiledFetch } from './compiled.fetch.ts';
import type { JsonObject } from './merge.ts';
import { locateTargets } from './path.ts';
import { toClientKey } from './response.keys.ts';

type ResponsePath = readonly (string | number)[];

/** An answer of a thousand entities that all failed says so once for each of the first hundred. */
const MAX_ERRORS_PER_FETCH = 100;

/**
 * A subgraph's errors as the client's: paths point into the client's answer, `extensions.code` is kept, and
 * `extensions.service` names the subgraph. An error without a path concerns all that the fetch asked for.
 * @param targets for an entity fetch, the objects each representation stands for
 */
export function toClientErrors(
  fetch: CompiledFetch,
  { errors = [] }: GraphQLResult,
  data: JsonObject,
  targets: readonly (readonly JsonObject[])[] | null,
): GraphQLFormattedError[] {
  let located: Map<JsonObject, ResponsePath> | undefined;
  const pathsOf = (index: number): ResponsePath[] => {
    located ??= locateTargets(data, fetch.path);
    return (targets?.[index] ?? []).map((target) => located?.get(target) ?? []);
  };
  const clientErrors: GraphQLFormattedError[] = [];
  // Events of a subscription that share a fetch stand in an array; each has errors of its own.
  const most = MAX_ERRORS_PER_FETCH * (Array.isArray(data) ? data.length : 1);
  const add = (error: GraphQLFormattedError, path: ResponsePath | null) => {
    if (clientErrors.length < most) clientErrors.push(toClientError(error, path, fetch.subgraph));
  };
  for (const error of errors) {
    const path = error.path ?? [];
    if (targets === null) {
      if (path.length) add(error, [...concretePath(fetch.path), ...path]);
      else for (const key of topLevelKeys(fetch)) add(error, [...concretePath(fetch.path), key]);
    } else if (typeof path[1] === 'number' && path[1] < targets.length) {
      for (const base of pathsOf(path[1])) add(error, [...base, ...path.slice(2)]);
    } else {
      const keys = topLevelKeys(fetch);
      for (let index = 0; index < targets.length; index += 1) {
        for (const base of pathsOf(index)) for (const key of keys) add(error, [...base, key]);
      }
    }
  }
  return clientErrors;
}

function concretePath(path: ResponsePath): ResponsePath {
  const upToList = path.indexOf('@');
  return upToList < 0 ? path : path.slice(0, upToList);
}

function toClientError(
  error: GraphQLFormattedError,
  path: ResponsePath | null,
  service: string,
): GraphQLFormattedError {
  const { code = 'DOWNSTREAM_SERVICE_ERROR', ...extensions } = error.extensions ?? {};
  return {
    message: error.message || `The subgraph '${service}' reported an error without a message.`,
    ...(path && { path: path.map(toClientKey) }),
    extensions: { ...extensions, code, service },
  };
}

const keysByFetch = new WeakMap<CompiledFetch, readonly string[]>();

/** Response keys at the top of the fetch's answer, without `__typename`. */
function topLevelKeys(fetch: CompiledFetch): readonly string[] {
  const known = keysByFetch.get(fetch);
  if (known) return known;
  const document = parse(fetch.query, { noLocation: true });
  const keys = new Set<string>();
  const visit = (selections: readonly SelectionNode[]) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '_entities') visit(selection.selectionSet?.selections ?? []);
        else if (selection.name.value !== '__typename') keys.add((selection.alias ?? selection.name).value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet.selections);
      } else {
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value) {
            visit(definition.selectionSet.selections);
          }
        }
      }
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) visit(definition.selectionSet.selections);
  }
  const list = [...keys];
  keysByFetch.set(fetch, list);
  return list;
}
