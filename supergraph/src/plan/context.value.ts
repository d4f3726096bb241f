import type { FetchDataKeyRenamer } from '@apollo/query-planner';
import type { JsonObject } from './merge.ts';
import type { PlanPath } from './path.ts';
import type { TypeIndex } from './type.index.ts';

const UP = '..';
const FRAGMENT = '... on ';

/** An entity with the objects above it, the outermost first. */
export interface PlacedTarget {
  readonly target: JsonObject;
  readonly ancestors: readonly JsonObject[];
}

/** The variables of a fetch whose values come from objects above the entity: `@fromContext`. */
export interface ContextValues {
  readonly names: readonly string[];
  /** @returns the values as JSON texts, in the order of `names` */
  read(placed: PlacedTarget): readonly string[];
}

/**
 * Compiles the paths to context values. A value is read from an object above the entity: `..` goes up one level, `... on T`
 * requires a type, and a name is a field. An argument may have several paths, for different types: the first value that
 * exists is used.
 */
export function compileContextValues(rewrites: readonly FetchDataKeyRenamer[], types: TypeIndex): ContextValues {
  const names = [...new Set(rewrites.map(({ renameKeyTo }) => renameKeyTo))];
  return {
    names,
    read: ({ ancestors }) =>
      names.map((name) => {
        let found: unknown;
        for (const { path, renameKeyTo } of rewrites) {
          if (renameKeyTo === name && found === undefined) found = readContext(path, ancestors, types);
        }
        return JSON.stringify(found ?? null);
      }),
  };
}

function readContext(path: readonly string[], ancestors: readonly JsonObject[], types: TypeIndex): unknown {
  const climbed = path.findIndex((step) => step !== UP);
  let value: unknown = ancestors.at(-climbed);
  for (const step of path.slice(climbed)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const object = value as JsonObject;
    if (!step.startsWith(FRAGMENT)) value = Object.hasOwn(object, step) ? object[step] : undefined;
    else if (!types.isOfType(object.__typename as string, step.slice(FRAGMENT.length))) return undefined;
  }
  return value;
}

/** The objects at a path, each with the objects above it. */
export function placeTargets(data: JsonObject, path: PlanPath): PlacedTarget[] {
  const placed: PlacedTarget[] = [];
  const walk = (value: unknown, depth: number, ancestors: readonly JsonObject[]) => {
    if (value === null || typeof value !== 'object') return;
    const step = path[depth];
    if (step === '@') {
      if (Array.isArray(value)) for (const element of value) walk(element, depth + 1, ancestors);
      return;
    }
    const object = value as JsonObject;
    if (step === undefined) placed.push({ target: object, ancestors });
    else if (Object.hasOwn(object, step)) walk(object[step], depth + 1, [...ancestors, object]);
  };
  walk(data, 0, []);
  return placed;
}
