import type { FetchDataRewrite } from '@apollo/query-planner';
import { type JsonObject, setOwn } from './merge.ts';
import type { TypeIndex } from './type.index.ts';

const FRAGMENT = '... on ';

/** Changes a value in place. */
export type Rewrite = (value: unknown) => void;

/**
 * Compiles the plan's rewrites of a fetch's input or output. A rewrite sets a value (the `__typename` for a subgraph with an
 * `@interfaceObject`), or renames a key (of fields that need an alias to be selected together).
 */
export function compileRewrites(rewrites: readonly FetchDataRewrite[] | undefined, types: TypeIndex): Rewrite | null {
  if (!rewrites?.length) return null;
  const compiled = rewrites.map((rewrite) => compileRewrite(rewrite, types));
  return (value) => {
    for (const apply of compiled) apply(value);
  };
}

function compileRewrite(rewrite: FetchDataRewrite, types: TypeIndex): Rewrite {
  const parents = rewrite.path.slice(0, -1);
  const key = rewrite.path.at(-1) as string;
  const apply: (parent: JsonObject) => void =
    rewrite.kind === 'ValueSetter'
      ? (parent) => setOwn(parent, key, rewrite.setValueTo)
      : (parent) => {
          if (!Object.hasOwn(parent, key)) return;
          setOwn(parent, rewrite.renameKeyTo, parent[key]);
          delete parent[key];
        };
  return (value) => applyAtPath(value, parents, 0, apply, types);
}

function applyAtPath(
  value: unknown,
  path: readonly string[],
  depth: number,
  apply: (parent: JsonObject) => void,
  types: TypeIndex,
): void {
  if (Array.isArray(value)) {
    for (const element of value) applyAtPath(element, path, depth, apply, types);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const object = value as JsonObject;
  const step = path[depth];
  if (step === undefined) {
    apply(object);
  } else if (step.startsWith(FRAGMENT)) {
    const typename = object.__typename;
    if (typeof typename !== 'string' || types.isOfType(typename, step.slice(FRAGMENT.length))) {
      applyAtPath(object, path, depth + 1, apply, types);
    }
  } else if (Object.hasOwn(object, step)) {
    applyAtPath(object[step], path, depth + 1, apply, types);
  }
}
