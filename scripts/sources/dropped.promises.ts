import {
  type AwaitExpression,
  type CallExpression,
  type Comment,
  type ConditionalExpression,
  type JSXAttribute,
  type Program,
  parseSync,
  type TryStatement,
  type UnaryExpression,
} from 'oxc-parser';
import { type Node, toPlace, walk } from './walk.ts';

const CONTRACT = /\bnever rejects\b/i;
/** What has a name and a comment of its own. */
const NAMED =
  /^(?:FunctionDeclaration|VariableDeclarator|Property|PropertyDefinition|MethodDefinition|TSMethodSignature|TSPropertySignature)$/;
const FUNCTION = /^(?:ArrowFunctionExpression|FunctionExpression|FunctionDeclaration)$/;
/** React Router's shows its own error page. */
const SAFE = ['navigate'];

/** Names of the functions whose comment says that they never reject: they keep a failure where the page shows it. */
export function findNeverRejecting(path: string, text: string): string[] {
  const { program, comments } = parseSync(path, text);
  return toContracts(program, text, comments).map(({ name }) => name);
}

/**
 * Finds promises whose failure nobody would see: `void` before a call that may reject, `.then` without a handler of
 * failures where nobody waits for it, an async function or a promise as a handler of an event, and a function that says
 * that it never rejects and awaits outside of a `try`.
 *
 * @param safe names of functions that never reject
 */
export function findDroppedPromises(path: string, text: string, safe: ReadonlySet<string>): string[] {
  const { program, comments } = parseSync(path, text);
  const isSafe = (node: unknown) => settles(node, safe);
  const found = new Map<number, string>();
  walk(program, (node) => {
    if (node.type === 'UnaryExpression') {
      const { operator, argument } = node as unknown as UnaryExpression;
      if (operator === 'void' && !isSafe(argument))
        found.set(node.start, 'this promise may reject, and nobody would see it');
    }
    if (node.type === 'JSXAttribute') {
      const problem = findHandlerProblem(node as unknown as JSXAttribute, isSafe);
      if (problem) found.set(node.start, problem);
    }
  });
  for (const { start, body } of toContracts(program, text, comments)) {
    if (body && awaitsOutsideTry(body, isSafe))
      found.set(start, 'it says that it never rejects, and awaits outside of a try');
  }
  return [...found].map(([offset, problem]) => `${toPlace(path, text, offset)}: ${problem}`);
}

interface Contract {
  readonly name: string;
  readonly start: number;
  /** Null for a type. */
  readonly body: unknown;
}

function toContracts(program: Program, text: string, comments: readonly Comment[]): Contract[] {
  const spoken = comments.filter(({ value }) => CONTRACT.test(value));
  const found: Contract[] = [];
  walk(program, (node) => {
    if (!NAMED.test(node.type)) return;
    const { id, key, init, value } = node as unknown as Record<string, { name?: string } | undefined>;
    const name = (id ?? key)?.name;
    // Between the comment and the name stand words like `export const` only.
    const isMeant = spoken.some(
      ({ end }) => end <= node.start && /^\s*(?:export |async |const |readonly )*$/.test(text.slice(end, node.start)),
    );
    if (!name || !isMeant) return;
    found.push({
      name,
      start: node.start,
      body: node.type === 'FunctionDeclaration' ? node : findFunction(init ?? value),
    });
  });
  return found;
}

/** The function itself, or the one that a hook like `useCallback` is given. */
function findFunction(value: unknown): unknown {
  const node = value as { readonly type?: string; readonly arguments?: readonly unknown[] } | undefined;
  if (!node?.type) return null;
  return FUNCTION.test(node.type) ? node : findFunction(node.arguments?.[0]);
}

/** Whether nothing that the expression calls leaves a rejection to nobody. */
function settles(value: unknown, safe: ReadonlySet<string>): boolean {
  const node = value as { readonly type: string };
  if (node.type === 'ConditionalExpression') {
    const { consequent, alternate } = value as ConditionalExpression;
    return settles(consequent, safe) && settles(alternate, safe);
  }
  if (node.type === 'ParenthesizedExpression' || node.type === 'ChainExpression')
    return settles((value as { expression: unknown }).expression, safe);
  if (node.type === 'LogicalExpression') return settles((value as { right: unknown }).right, safe);
  if (node.type !== 'CallExpression') return !['ImportExpression', 'NewExpression'].includes(node.type);
  const { callee, arguments: given } = value as CallExpression;
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression'
        ? (callee.property as { name?: string }).name
        : undefined;
  if (callee.type === 'MemberExpression') {
    // What the handlers themselves do with the error is looked at by `findSwallowedErrors`.
    if (name === 'catch') return true;
    if (name === 'then') return given.length > 1 || settles(callee.object, safe);
    if (name === 'finally') return settles(callee.object, safe);
  }
  return name !== undefined && (safe.has(name) || SAFE.includes(name));
}

/** What is wrong with the value of an attribute like `onClick`. */
function findHandlerProblem({ name, value }: JSXAttribute, isSafe: (node: unknown) => boolean): string | null {
  if (name.type !== 'JSXIdentifier' || !/^on[A-Z]/.test(name.name) || value?.type !== 'JSXExpressionContainer')
    return null;
  const handler = value.expression as {
    readonly type: string;
    readonly async?: boolean;
    readonly body?: { readonly type: string };
  };
  if (!FUNCTION.test(handler.type)) return null;
  if (handler.async) return 'an event waits for no promise, so a failure of this handler is lost';
  const { body } = handler;
  if (body?.type !== 'CallExpression') return null;
  const { callee } = body as unknown as CallExpression;
  const isPromise =
    callee.type === 'MemberExpression' &&
    ['then', 'finally'].includes((callee.property as { name?: string }).name ?? '');
  return isPromise && !isSafe(body) ? 'this promise may reject, and nobody would see it' : null;
}

function awaitsOutsideTry(value: unknown, isSafe: (node: unknown) => boolean, isInside = false): boolean {
  if (Array.isArray(value)) return value.some((item) => awaitsOutsideTry(item, isSafe, isInside));
  if (typeof value !== 'object' || value === null) return false;
  const node = value as Node;
  if (isInside && FUNCTION.test(node.type)) return false;
  if (node.type === 'AwaitExpression' && !isSafe((value as AwaitExpression).argument)) return true;
  if (node.type === 'TryStatement') {
    const { handler, block, finalizer } = value as TryStatement;
    return awaitsOutsideTry(handler ? [handler, finalizer] : [block, finalizer], isSafe, true);
  }
  return Object.values(value).some((item) => awaitsOutsideTry(item, isSafe, true));
}
