import { type BlockStatement, type CatchClause, parseSync } from 'oxc-parser';
import { toPlace, walk } from './walk.ts';

/**
 * Finds each `catch` that neither reads the error nor throws, and has no comment about why nothing is lost. A comment counts
 * between `catch` and the end of the line that ends its block.
 */
export function findSwallowedErrors(path: string, text: string): string[] {
  const { program, comments } = parseSync(path, text);
  const found: string[] = [];
  walk(program, (node) => {
    const clause = node as unknown as CatchClause;
    if (clause.type !== 'CatchClause' || clause.param || throws(clause.body)) return;
    const lineEnd = text.indexOf('\n', node.end);
    const end = lineEnd < 0 ? text.length : lineEnd;
    if (!comments.some(({ start }) => start > node.start && start < end)) found.push(toPlace(path, text, node.start));
  });
  return found;
}

function throws({ body }: BlockStatement): boolean {
  return body.at(-1)?.type === 'ThrowStatement';
}
