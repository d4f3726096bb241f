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

/** Whether a subgraph's answer, as JSON text in UTF-8, is the client's answer as it stands, byte for byte. */
export type ByteShape = (body: Buffer) => boolean;

/** Reads a value that is right as it stands. @returns where it ends, or -1 where it would have to be changed */
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
/** Answers in a row that were not right as they stood, after which none is looked at any more. */
const MAX_MISSES = 16;
const MAX_INT_DIGITS = 10;

/**
 * Compiles a selection whose answers need not be parsed: one pass over the bytes finds that they have exactly the fields asked
 * for, in their order, with values of their types and no null where none may be. Any other answer takes the ordinary way, so
 * that what clients get is the same. Selections on interfaces and unions take the ordinary way.
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
  /** `"key":`, with a comma before it for all but the first field. */
  readonly prefix: Buffer;
  readonly check: Check;
}

/** Fields are compiled when the first object comes: fragments may multiply what a selection could hold. */
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

/** Null where the answer depends on more than the selection: the types of objects, or keys that the plan renames. */
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

/** Of a value that is there. */
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
    // An ID that came as a number becomes text.
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

/** One of some texts, written without escapes. */
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
  // No number of more digits is an Int.
  const end = Math.min(bytes.length, first + MAX_INT_DIGITS + 1);
  while (at < end && (bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) {
    value = value * 10 + ((bytes[at] as number) - ZERO);
    at += 1;
  }
  if (at === first || at - first > MAX_INT_DIGITS) return -1;
  // What JSON.stringify would write otherwise (-0, 007) is written so.
  if (bytes[first] === ZERO && (at - first > 1 || isNegative)) return -1;
  return value <= (isNegative ? 2 ** 31 : 2 ** 31 - 1) ? at : -1;
}

function skipFloat(bytes: Buffer, at: number): number {
  const end = skipNumber(bytes, at);
  return end >= 0 && Number.isFinite(Number(bytes.toString('latin1', at, end))) ? end : -1;
}
