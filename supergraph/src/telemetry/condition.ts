import type { ConditionConfig } from '../config/selector.section.ts';
import { compileSelector, compileValue, type SelectorSource } from './selector.ts';

export type Holds = (source: SelectorSource) => boolean;

/** Compiles a condition of the configuration. Without a condition, the result is always true. */
export function compileCondition(condition: ConditionConfig | null | undefined): Holds {
  if (condition === null || condition === undefined) return () => true;
  if (typeof condition === 'boolean') return () => condition;
  if ('eq' in condition && condition.eq) return compare(condition.eq, (left, right) => left === right);
  if ('gt' in condition && condition.gt)
    return compare(condition.gt, (left, right) => isOrdered(left, right) && left > right);
  if ('lt' in condition && condition.lt)
    return compare(condition.lt, (left, right) => isOrdered(left, right) && left < right);
  if ('exists' in condition && condition.exists) {
    const select = compileSelector(condition.exists);
    return (source) => (select(source) ?? null) !== null;
  }
  if ('not' in condition && condition.not !== undefined) {
    const holds = compileCondition(condition.not);
    return (source) => !holds(source);
  }
  if ('all' in condition && condition.all) {
    const all = condition.all.map(compileCondition);
    return (source) => all.every((holds) => holds(source));
  }
  const any = 'any' in condition ? condition.any.map(compileCondition) : [];
  return (source) => any.some((holds) => holds(source));
}

type Pair = Extract<ConditionConfig, { eq: unknown }>['eq'];
type Comparable = string | number | boolean;

function compare([first, second]: Pair, holds: (left: Comparable, right: Comparable) => boolean): Holds {
  const [left, right] = [compileValue(first), compileValue(second)];
  return (source) => {
    const pair = alike(left(source), right(source));
    return holds(...pair);
  };
}

/** Makes two values comparable. A number and a numeric text (such as a header) are compared as numbers, lists and objects as JSON. */
function alike(left: unknown, right: unknown): [Comparable, Comparable] {
  if (typeof left === 'number' && isNumeric(right)) return [left, Number(right)];
  if (typeof right === 'number' && isNumeric(left)) return [Number(left), right];
  return [toComparable(left), toComparable(right)];
}

function isNumeric(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value));
}

function toComparable(value: unknown): Comparable {
  return value !== null && typeof value === 'object' ? JSON.stringify(value) : (value as Comparable);
}

function isOrdered(left: unknown, right: unknown): boolean {
  return typeof left === typeof right && left !== undefined;
}
