import { type GraphQLEnumType, type GraphQLLeafType, isEnumType } from 'graphql';
import { ExactNumber } from '../request/exact.json.ts';

/** Whether a subgraph's value is valid for a leaf type. */
export type LeafCheck = (value: unknown) => boolean;

const isInt: LeafCheck = (value) => typeof value === 'number' && (value | 0) === value;
const isFloat: LeafCheck = (value) =>
  Number.isFinite(value) || (value instanceof ExactNumber && Number.isFinite(value.toNumber()));
const isString: LeafCheck = (value) => typeof value === 'string';
const isBoolean: LeafCheck = (value) => typeof value === 'boolean';
const isId: LeafCheck = (value) =>
  typeof value === 'string' ||
  Number.isInteger(value) ||
  (value instanceof ExactNumber && /^-?\d+$/.test(value.toString()));
/** JSON has no infinity, but numbers such as 1e999 are parsed as infinity. */
const isAnything: LeafCheck = (value) => typeof value !== 'number' || Number.isFinite(value);

const BUILT_IN = new Map<string, LeafCheck>([
  ['Int', isInt],
  ['Float', isFloat],
  ['String', isString],
  ['Boolean', isBoolean],
  ['ID', isId],
]);

/** A custom scalar may have any value. An enum may only have values of the API schema. */
export function toLeafCheck(type: GraphQLLeafType): LeafCheck {
  return isEnumType(type) ? isValueOf(type) : (BUILT_IN.get(type.name) ?? isAnything);
}

function isValueOf(type: GraphQLEnumType): LeafCheck {
  const names: ReadonlySet<unknown> = new Set(type.getValues().map(({ name }) => name));
  return (value) => names.has(value);
}
