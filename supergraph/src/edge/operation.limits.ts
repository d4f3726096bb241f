import type { ErrorCode } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { type FieldNode, GraphQLError, Kind, Lexer, type SelectionSetNode, Source, TokenKind } from 'graphql';
import type { RouterConfig } from '../config/config.schema.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { assertBounded } from './document.bounds.ts';

type Limits = RouterConfig['limits']['router'];

/** Counts over one operation with its fragments expanded. */
export interface OperationSize {
  depth: number;
  /** Number of distinct fields. A field that repeats under several aliases counts once. */
  height: number;
  aliases: number;
  rootFields: number;
}

/** Refuses too large documents before they are parsed, and too large operations before they are planned. */
export function createOperationLimits(
  limits: Limits,
  log: Logger,
): Required<Pick<GatewayHooks, 'checkText' | 'checkDocument' | 'checkOperation'>> {
  return {
    checkText: (query) => assertTokens(query, limits),
    checkDocument: (document) => assertBounded(document, limits.max_field_comparisons),
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

function exceeds(
  actual: number,
  limit: number | null | undefined,
  code: ErrorCode,
  message: string,
): GraphQLError | null {
  if (limit === null || limit === undefined || actual <= limit) return null;
  return new GraphQLError(`${message}: ${actual}, where at most ${limit} are allowed.`, { extensions: { code } });
}

type TextLimits = Pick<Limits, 'parser_max_tokens' | 'parser_max_recursion' | 'max_document_bytes'>;

/** Block strings, comments and error locations take time for each line. */
const MAX_LINES = 20_000;
/** Validation compares all characters of an unknown name with the names of the schema. */
const MAX_NAME_CHARACTERS = 1_000;

/** Counts tokens and nesting with the lexer, because deep nesting must not reach the recursive parser. */
function assertTokens(query: string, limits: TextLimits): void {
  // A token takes at least one character, so short documents need no count.
  if (query.length <= Math.min(limits.parser_max_tokens, limits.parser_max_recursion, MAX_NAME_CHARACTERS)) return;
  assertLength(query, limits.max_document_bytes);
  const lexer = new Lexer(new Source(query));
  let tokens = 0;
  let depth = 0;
  for (;;) {
    const { kind, start, end } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    if (kind === TokenKind.NAME && end - start > MAX_NAME_CHARACTERS) {
      throw new GraphQLError(`The document has a name of more than ${MAX_NAME_CHARACTERS} characters.`, {
        extensions: { code: 'PARSER_NAME_LIMIT' },
      });
    }
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

function assertLength(query: string, maxBytes: number): void {
  // A character takes one to three bytes.
  if (query.length > maxBytes || (query.length > maxBytes / 3 && Buffer.byteLength(query) > maxBytes)) {
    throw tooLong(`The document is longer than ${maxBytes} bytes.`);
  }
  if (query.length <= MAX_LINES) return;
  if (countCharacter(query, '\n') + countCharacter(query, '\r') > MAX_LINES) {
    throw tooLong(`The document has more than ${MAX_LINES} lines.`);
  }
}

function tooLong(what: string): GraphQLError {
  return new GraphQLError(`${what} Send long values as variables.`, { extensions: { code: 'DOCUMENT_SIZE_LIMIT' } });
}

/** Stops counting once the count is over every limit. */
function countCharacter(text: string, character: string): number {
  let count = 0;
  for (let at = text.indexOf(character); at >= 0 && count <= MAX_LINES; at = text.indexOf(character, at + 1))
    count += 1;
  return count;
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
