import type { JsonObject } from './merge.ts';

/** The path to a fetch's entities: keys, and `@` for every element of a list. */
export type PlanPath = readonly (string | number)[];

/** The objects at a path, without nulls. */
export function collectTargets(data: JsonObject, path: PlanPath): JsonObject[] {
  if (path.length === 0) return [data];
  const targets: JsonObject[] = [];
  collect(data, path, 0, targets);
  return targets;
}

function collect(value: unknown, path: PlanPath, depth: number, targets: JsonObject[]): void {
  let current = value;
  for (let index = depth; index < path.length; index += 1) {
    if (current === null || typeof current !== 'object') return;
    const step = path[index] as string;
    if (step === '@') {
      if (!Array.isArray(current)) return;
      for (const element of current) collect(element, path, index + 1, targets);
      return;
    }
    current = Object.hasOwn(current, step) ? (current as JsonObject)[step] : undefined;
  }
  if (current !== null && typeof current === 'object') targets.push(current as JsonObject);
}

/** The response paths of the objects at a path, by object. Computed separately, because only errors need them. */
export function locateTargets(data: JsonObject, path: PlanPath): Map<JsonObject, (string | number)[]> {
  const located = new Map<JsonObject, (string | number)[]>();
  const walk = (value: unknown, depth: number, trail: (string | number)[]) => {
    if (value === null || typeof value !== 'object') return;
    const step = path[depth];
    if (step === undefined) {
      located.set(value as JsonObject, trail);
    } else if (step === '@') {
      if (!Array.isArray(value)) return;
      for (const [index, element] of value.entries()) walk(element, depth + 1, [...trail, index]);
    } else {
      const object = value as JsonObject;
      if (Object.hasOwn(object, step)) walk(object[step], depth + 1, [...trail, step]);
    }
  };
  walk(data, 0, []);
  return located;
}
