import { isUtf8 } from 'node:buffer';
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLOutputType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  type SelectionSetNode,
} from 'graphql';
import { collectFields } from '../plan/selection.ts';
import { skipJsonValue, skipLiteral, skipNumber, skipString } from './json.bytes.ts';
import type { ByteShapeScope } from './shape.scope.ts';

/** Whether a subgraph's answer (JSON in UTF-8) equals the client's answer byte for byte. */
export type ByteShape = (body: Buffer) => boolean;

/** Checks a value. @returns the position after it, or -1 if the value would have to be changed for the client */
type Check = (bytes: Buffer, at: number) => number;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
const SMALL_N = 0x6e;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const HEAD = Buffer.from('{"data":');
const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
/** After this many answers in a row that had to be changed, answers are no longer checked. */
const MAX_MISSES = 16;
const MAX_INT_DIGITS = 10;

/**
 * Compiles a check for answers that need not be parsed. One pass over the bytes verifies that an answer has exactly the selected
 * fields, in order, with values of their types and without nulls in non-null positions. Any other answer is parsed and
 * shaped, with the same result for the client. Selections on interfaces and unions are always parsed.
 */
export function compileByteShape(
  selectionSet: SelectionSetNode,
  rootType: GraphQLCompositeType,
  scope: ByteShapeScope,
): ByteShape {
  const checkRoot = compileObject([selectionSet], rootType, scope);
  let misses = 0;
  return (body) => {
    if (misses > MAX_MISSES) return false;
    const end = skipLiteral(body, 0, HEAD);
    const at = end < 0 ? -1 : checkRoot(body, end);
    const isRight = at >= 0 && at === body.length - 1 && body[at] === CLOSE_BRACE && isUtf8(body);
    misses = isRight ? 0 : misses + 1;
    return isRight;
  };
}

interface FieldCheck {
  /** `"key":`, with a leading comma except for the first field. */
  readonly prefix: Buffer;
  readonly check: Check;
}

/** Fields are compiled at the first object, because fragments may multiply the selections that are possible. */
function compileObject(
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  scope: ByteShapeScope,
): Check {
  let fields: readonly FieldCheck[] | null | undefined;
  return (bytes, start) => {
    fields ??= compileFields(selectionSets, type, scope);
    if (fields === null || bytes[start] !== OPEN_BRACE) return -1;
    let at = start + 1;
    for (let index = 0; index < fields.length; index += 1) {
      const { prefix, check } = fields[index] as FieldCheck;
      at = skipLiteral(bytes, at, prefix);
      if (at < 0) return -1;
      at = check(bytes, at);
      if (at < 0) return -1;
    }
    return bytes[at] === CLOSE_BRACE ? at + 1 : -1;
  };
}

/** @returns null if the answer depends on more than the selection: on objects' types, or on keys that the plan renames */
function compileFields(
  selectionSets: readonly SelectionSetNode[],
  type: GraphQLCompositeType,
  scope: ByteShapeScope,
): readonly FieldCheck[] | null {
  if (isAbstractType(type)) return null;
  const compiled: FieldCheck[] = [];
  for (const [key, nodes] of collectFields(selectionSets, type, scope)) {
    const first = nodes[0] as FieldNode;
    if (scope.planKey(first) !== key) return null;
    const prefix = Buffer.from(`${compiled.length > 0 ? ',' : ''}${JSON.stringify(key)}:`);
    const check = compileField(first.name.value, nodes, type, scope);
    if (!check) return null;
    compiled.push({ prefix, check });
  }
  return compiled;
}

function compileField(
  name: string,
  nodes: readonly FieldNode[],
  type: GraphQLCompositeType,
  scope: ByteShapeScope,
): Check | null {
  if (name === '__typename') return compileTexts([type.name]);
  const field = 'getFields' in type ? type.getFields()[name] : undefined;
  return field ? compileType(field.type, nodes, scope) : null;
}

function compileType(type: GraphQLOutputType, nodes: readonly FieldNode[], scope: ByteShapeScope): Check | null {
  if (isNonNullType(type)) return compileNullable(type.ofType, nodes, scope);
  const check = compileNullable(type, nodes, scope);
  return check && ((bytes, at) => (bytes[at] === SMALL_N ? skipLiteral(bytes, at, NULL) : check(bytes, at)));
}

/** The check for a value that is not null. */
function compileNullable(type: GraphQLOutputType, nodes: readonly FieldNode[], scope: ByteShapeScope): Check | null {
  if (isListType(type)) {
    const item = compileType(type.ofType, nodes, scope);
    return item && compileList(item);
  }
  if (isLeafType(type)) return compileLeaf(type);
  const composite = getNamedType(type) as GraphQLCompositeType;
  if (isAbstractType(composite)) return null;
  return compileObject(
    nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
    composite,
    scope,
  );
}

function compileList(item: Check): Check {
  return (bytes, start) => {
    if (bytes[start] !== OPEN_BRACKET) return -1;
    let at = start + 1;
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    for (;;) {
      at = item(bytes, at);
      if (at < 0) return -1;
      const next = bytes[at];
      at += 1;
      if (next === CLOSE_BRACKET) return at;
      if (next !== COMMA) return -1;
    }
  };
}

function compileLeaf(type: GraphQLLeafType): Check {
  if (isEnumType(type)) return compileTexts(type.getValues().map(({ name }) => name));
  switch (type.name) {
    // An ID that is a number has to become a string.
    case 'ID':
    case 'String':
      return (bytes, at) => (bytes[at] === QUOTE ? skipString(bytes, at) : -1);
    case 'Int':
      return skipInt;
    case 'Float':
      return skipFloat;
    case 'Boolean':
      return (bytes, at) => {
        const end = skipLiteral(bytes, at, TRUE);
        return end < 0 ? skipLiteral(bytes, at, FALSE) : end;
      };
    default:
      return (bytes, at) => (bytes[at] === SMALL_N ? -1 : skipJsonValue(bytes, at));
  }
}

/** Checks for one of the given strings, without escapes. */
function compileTexts(texts: readonly string[]): Check {
  const literals = texts.map((text) => Buffer.from(JSON.stringify(text)));
  return (bytes, at) => {
    for (const literal of literals) {
      const end = skipLiteral(bytes, at, literal);
      if (end >= 0) return end;
    }
    return -1;
  };
}

function skipInt(bytes: Buffer, start: number): number {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  let at = first;
  let value = 0;
  // A number with more digits is not an Int.
  const end = Math.min(bytes.length, first + MAX_INT_DIGITS + 1);
  while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) {
    value = value * 10 + ((bytes[at] as number) - ZERO);
    at += 1;
  }
  if (at === first || at - first > MAX_INT_DIGITS) return -1;
  // JSON.stringify writes -0 and 007 differently.
  if (bytes[first] === ZERO && (at - first > 1 || isNegative)) return -1;
  return value <= (isNegative ? 2 ** 31 : 2 ** 31 - 1) ? at : -1;
}

function skipFloat(bytes: Buffer, at: number): number {
  const end = skipNumber(bytes, at);
  return end >= 0 && Number.isFinite(Number(bytes.toString('latin1', at, end))) ? end : -1;
}
