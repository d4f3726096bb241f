import {
  type ArrowFunctionExpression,
  type CallExpression,
  type CatchClause,
  type Comment,
  type Function as FunctionNode,
  type Program,
  parseSync,
  type VariableDeclarator,
} from 'oxc-parser';
import { type Node, toPlace, walk } from './walk.ts';

type Handler = ArrowFunctionExpression | FunctionNode;

/** Nodes that a comment on the line above belongs to. */
const COMMENTED = /(?:Statement|Declaration|PropertyDefinition|Property)$/;

/**
 * Finds each `catch` that neither reads the error nor throws, and has no comment about why nothing is lost. A comment counts
 * between `catch` and the end of the line that ends its block.
 */
export function findSwallowedErrors(path: string, text: string): string[] {
  const { program, comments } = parseSync(path, text);
  const functions = readFunctions(program);
  const statements: Node[] = [];
  const found: number[] = [];
  walk(program, (visited) => {
    if (COMMENTED.test(visited.type)) statements.push(visited);
    const node = visited as unknown as CatchClause | CallExpression;
    if (node.type === 'CatchClause') {
      if (dropsError(node.param, node.body) && !hasCommentWithin(text, comments, node)) found.push(node.start);
      return;
    }
    if (node.type !== 'CallExpression') return;
    const handler = findHandler(node, functions);
    if (!handler || !dropsError(handler.params[0], handler.body)) return;
    const { property } = node.callee as { readonly property: Node };
    // Of `then`, the handler of the success stands before this one.
    const start = node.arguments.length > 1 ? node.arguments[1]!.start : property.start;
    const statement = statements.findLast(({ start, end }) => start <= node.start && end >= node.end);
    if (hasCommentWithin(text, comments, { start, end: node.end })) return;
    const places = [start, property.start, statement?.start ?? property.start];
    if (!places.some((place) => hasCommentAbove(text, comments, place))) found.push(property.start);
  });
  return found.map((offset) => toPlace(path, text, offset));
}

/** The function that takes the error of a promise or of an emitter, where it stands in this file. */
function findHandler(call: CallExpression, functions: ReadonlyMap<string, Handler>): Handler | undefined {
  const { callee } = call;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  const [first, second] = call.arguments;
  const { name } = callee.property;
  const listens = ['on', 'once', 'addListener'].includes(name) && first?.type === 'Literal' && first.value === 'error';
  const handler = name === 'catch' ? first : name === 'then' || listens ? second : undefined;
  if (handler?.type === 'Identifier') return functions.get(handler.name);
  return isFunction(handler) ? handler : undefined;
}

function readFunctions(program: Program): Map<string, Handler> {
  const functions = new Map<string, Handler>();
  walk(program, (node) => {
    const { id, init } = node as unknown as VariableDeclarator;
    if (node.type === 'VariableDeclarator' && id.type === 'Identifier' && isFunction(init))
      functions.set(id.name, init);
    if (node.type === 'FunctionDeclaration') {
      const declared = node as unknown as FunctionNode;
      if (declared.id) functions.set(declared.id.name, declared);
    }
  });
  return functions;
}

function isFunction(node: { readonly type: string } | null | undefined): node is Handler {
  return node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression';
}

/** A pattern is taken to be read: it names the part of the error that is. */
function dropsError(parameter: { readonly type: string } | null | undefined, body: unknown): boolean {
  if (parameter && parameter.type !== 'Identifier') return false;
  if (parameter && reads(body, (parameter as unknown as { readonly name: string }).name)) return false;
  const { body: statements } = (body ?? {}) as { readonly body?: readonly { readonly type: string }[] };
  return !Array.isArray(statements) || statements.at(-1)?.type !== 'ThrowStatement';
}

function reads(body: unknown, name: string): boolean {
  let isRead = false;
  walk(body, (node) => {
    isRead ||= node.type === 'Identifier' && (node as unknown as { readonly name: string }).name === name;
  });
  return isRead;
}

function hasCommentWithin(text: string, comments: readonly Comment[], { start, end }: Omit<Node, 'type'>): boolean {
  const lineEnd = text.indexOf('\n', end);
  return comments.some((comment) => comment.start > start && comment.start < (lineEnd < 0 ? text.length : lineEnd));
}

/** Whether a comment of its own line ends on the line before. */
function hasCommentAbove(text: string, comments: readonly Comment[], offset: number): boolean {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const aboveStart = text.lastIndexOf('\n', lineStart - 2) + 1;
  return comments.some(({ start, end }) => {
    const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
    return end >= aboveStart && end < lineStart && before.trim() === '';
  });
}
