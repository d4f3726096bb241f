/** Equality of structure, as `assert.deepStrictEqual` (strict) and `assert.deepEqual` mean it. */
export function isDeepStrictEqual(left: unknown, right: unknown): boolean {
  return isDeepEqual(left, right, true, []);
}

export function isDeepLooseEqual(left: unknown, right: unknown): boolean {
  return isDeepEqual(left, right, false, []);
}

function isDeepEqual(left: unknown, right: unknown, strict: boolean, seen: [unknown, unknown][]): boolean {
  if (Object.is(left, right)) return true;
  if (!strict && (left === null || right === null || (typeof left !== 'object' && typeof right !== 'object')))
    // biome-ignore lint/suspicious/noDoubleEquals: the loose comparison is what is asked for
    return left == right;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (strict && Object.getPrototypeOf(left) !== Object.getPrototypeOf(right)) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  if (seen.some(([one, other]) => one === left && other === right)) return true;
  const inner: [unknown, unknown][] = [...seen, [left, right]];
  if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime();
  if (left instanceof RegExp && right instanceof RegExp) return String(left) === String(right);
  if (left instanceof Error && right instanceof Error && (left.message !== right.message || left.name !== right.name))
    return false;
  if (left instanceof Map && right instanceof Map) {
    return (
      left.size === right.size &&
      [...left].every(([key, value]) => right.has(key) && isDeepEqual(value, right.get(key), strict, inner))
    );
  }
  if (left instanceof Set && right instanceof Set) {
    return (
      left.size === right.size &&
      [...left].every((item) => right.has(item) || [...right].some((other) => isDeepEqual(item, other, strict, inner)))
    );
  }
  const leftKeys = Object.keys(left).filter((key) => key !== 'stack');
  const rightKeys = Object.keys(right).filter((key) => key !== 'stack');
  return (
    leftKeys.length === rightKeys.length &&
    leftKeys.every(
      (key) =>
        Object.hasOwn(right, key) &&
        isDeepEqual((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key], strict, inner),
    )
  );
}
