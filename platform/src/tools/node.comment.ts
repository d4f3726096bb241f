import { type ASTNode, type StringValueNode, type Token, TokenKind } from 'graphql';

/** What a document says about an operation or a variable: its description, else the comment right above it. Null: nothing. */
export function readComment(node: ASTNode & { readonly description?: StringValueNode | undefined }): string | null {
  const text = node.description ? node.description.value : readLines(node.loc?.startToken);
  return text?.trim() || null;
}

function readLines(first: Token | undefined): string | null {
  const lines: string[] = [];
  let line = first?.line ?? 0;
  for (let token = first?.prev; token?.kind === TokenKind.COMMENT && token.line >= line - 1; token = token.prev) {
    // A comment behind the previous definition, on its line, belongs to that one.
    if (token.prev && token.prev.kind !== TokenKind.SOF && token.prev.line === token.line) break;
    lines.unshift(token.value.trim());
    line = token.line;
  }
  return lines.length > 0 ? lines.join('\n') : null;
}
