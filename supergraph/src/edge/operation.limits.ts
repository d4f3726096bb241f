import type { Logger } from '@vibecode/platform/log';
import { type FieldNode, GraphQLError, Kind, Lexer, type SelectionSetNode, Source, TokenKind } from 'graphql';
import type { RouterConfig } from '../config/config.schema.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';

type Limits = RouterConfig['limits']['router'];

/** Counts of one operation, fragments expanded where they are spread. */
export interface OperationSize {
  depth: number;
  /** Fields, those repeated under other aliases counted once. */
  height: number;
  aliases: number;
  rootFields: number;
}

/** Refuses documents that are too large before they are parsed, and operations that are before they are planned. */
export function createOperationLimits(
  limits: Limits,
  log: Logger,
): Required<Pick<GatewayHooks, 'checkText' | 'checkOperation'>> {
  return {
    checkText: (query) => assertTokens(query, limits),
    checkOperation(operation) {
      const size = measureOperation(operation, limits.max_recursive_selections);
      const exceeded = [
        exceeds(size.depth, limits.max_depth, 'MAX_DEPTH_LIMIT', 'Maximum depth limit exceeded in this operation'),
        exceeds(
          size.height,
          limits.max_height,
          'MAX_HEIGHT_LIMIT',
          'Maximum height (field count) limit exceeded in this operation',
        ),
        exceeds(
          size.aliases,
          limits.max_aliases,
          'MAX_ALIASES_LIMIT',
          'Maximum aliases limit exceeded in this operation',
        ),
        exceeds(
          size.rootFields,
          limits.max_root_fields,
          'MAX_ROOT_FIELDS_LIMIT',
          'Maximum root fields limit exceeded in this operation',
        ),
      ].find((error) => error !== null);
      if (!exceeded) return;
      if (!limits.warn_only) throw exceeded;
      log.warn({
        action: 'limits.exceeded',
        operation: operation.operation.name?.value,
        size,
        code: exceeded.extensions.code,
      });
    },
  };
}

function exceeds(actual: number, limit: number | null | undefined, code: string, message: string): GraphQLError | null {
  if (limit === null || limit === undefined || actual <= limit) return null;
  return new GraphQLError(`${message}: ${actual}, where at most ${limit} are allowed.`, { extensions: { code } });
}

/** Tokens and nesting are counted by the lexer: deep nesting must not reach the recursive parser. */
function assertTokens(query: string, limits: Pick<Limits, 'parser_max_tokens' | 'parser_max_recursion'>): void {
  // A token takes at least one character, so that short documents need no count.
  if (query.length <= Math.min(limits.parser_max_tokens, limits.parser_max_recursion)) return;
  const lexer = new Lexer(new Source(query));
  let tokens = 0;
  let depth = 0;
  for (;;) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    tokens++;
    if (kind === TokenKind.BRACE_L || kind === TokenKind.BRACKET_L || kind === TokenKind.PAREN_L) depth++;
    else if (kind === TokenKind.BRACE_R || kind === TokenKind.BRACKET_R || kind === TokenKind.PAREN_R) depth--;
    if (tokens > limits.parser_max_tokens) {
      throw new GraphQLError(`The document has more than ${limits.parser_max_tokens} tokens.`, {
        extensions: { code: 'PARSER_TOKEN_LIMIT' },
      });
    }
    if (depth > limits.parser_max_recursion) {
      throw new GraphQLError(`The document nests deeper than ${limits.parser_max_recursion}.`, {
        extensions: { code: 'PARSER_RECURSION_LIMIT' },
      });
    }
  }
}

/** @throws GraphQLError when the expanded operation has more selections than allowed */
export function measureOperation(
  { operation, fragments }: Pick<ParsedOperation, 'operation' | 'fragments'>,
  maxSelections = Number.POSITIVE_INFINITY,
): OperationSize {
  const size: OperationSize = { depth: 0, height: 0, aliases: 0, rootFields: 0 };
  let selections = 0;

  const walk = (sets: readonly SelectionSetNode[], depth: number): void => {
    const byName = new Map<string, SelectionSetNode[]>();
    const take = (field: FieldNode): void => {
      const name = field.name.value;
      const known = byName.get(name);
      if (!known) byName.set(name, field.selectionSet ? [field.selectionSet] : []);
      else if (field.selectionSet) known.push(field.selectionSet);
      if (field.alias) size.aliases++;
      if (depth === 1) size.rootFields++;
    };
    const open = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (++selections > maxSelections) {
          throw new GraphQLError(
            `The operation has more than ${maxSelections} selections once its fragments are expanded.`,
            {
              extensions: { code: 'MAX_RECURSIVE_SELECTIONS_LIMIT' },
            },
          );
        }
        if (selection.kind === Kind.FIELD) take(selection);
        else if (selection.kind === Kind.INLINE_FRAGMENT) open(selection.selectionSet);
        else {
          const fragment = fragments.get(selection.name.value);
          if (fragment) open(fragment.selectionSet);
        }
      }
    };
    for (const set of sets) open(set);
    if (byName.size === 0) return;
    size.depth = Math.max(size.depth, depth);
    size.height += byName.size;
    for (const inner of byName.values()) if (inner.length > 0) walk(inner, depth + 1);
  };
  walk([operation.selectionSet], 1);
  return size;
}
