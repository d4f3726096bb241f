import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  MaxIntrospectionDepthRule,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { prepareDefer } from '../defer/defer.document.ts';
import { deferRule } from '../defer/defer.rules.ts';
import {
  collectFragments,
  collectOperations,
  findCircle,
  findOperation,
  selectOperation,
} from '../request/document.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { OperationObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { asRefusal, RefusedRequestError, refusal, withCode } from '../request/refusal.ts';
import { DEFAULT_MAX_OPERATIONS, type OperationStoreOptions } from './operation.options.ts';
import { subscriptionRootRule } from './subscription.root.rule.ts';

const MAX_ERRORS = 25;
/** A text of more characters is long. */
const LONG_CHARACTERS = 100_000;
const MAX_ERRORS_OF_LONG = 5;

/** Parses and validates operations, each text once, and keeps the valid ones. */
export class OperationParser {
  readonly #parsed: LRUCache<string, ParsedOperation>;
  readonly #rules: ValidationRule[];

  constructor(private readonly options: OperationStoreOptions) {
    this.#parsed = new LRUCache({ max: options.maxOperations ?? DEFAULT_MAX_OPERATIONS });
    this.#rules = specifiedRules
      .filter((rule) => !options.deepIntrospection || rule !== MaxIntrospectionDepthRule)
      .map((rule) => (rule === SingleFieldSubscriptionsRule ? subscriptionRootRule : rule));
    if (options.introspection === false) this.#rules.push(NoSchemaIntrospectionCustomRule);
    if (options.supergraph.defer) this.#rules.push(deferRule);
  }

  /** Whether the text has been parsed before, and was valid. */
  knows({ query, operationName }: GraphQLRequest): boolean {
    return this.#parsed.has(`${operationName ?? ''}\n${query}`);
  }

  /**
   * The operation that a request names, valid against the API schema.
   * @throws RefusedRequestError
   */
  parse({ query, operationName }: GraphQLRequest, watch?: OperationObserver): ParsedOperation {
    if (typeof query !== 'string' || query === '') {
      throw refusal('BAD_REQUEST', 'The request has no query. Send the text of an operation as `query`.');
    }
    const key = `${operationName ?? ''}\n${query}`;
    let parsed = this.#parsed.get(key);
    if (!parsed) {
      const startMs = performance.now();
      try {
        parsed = this.#parse(query, operationName ?? null);
      } finally {
        this.options.onPrepared?.parsed(performance.now() - startMs);
        watch?.trace?.recorded?.record('parse_query', startMs);
      }
      this.#parsed.set(key, parsed);
    }
    return parsed;
  }

  #parse(query: string, operationName: string | null): ParsedOperation {
    const { supergraph, hooks } = this.options;
    let document: DocumentNode;
    try {
      hooks?.checkText?.(query);
      document = parse(query);
    } catch (error) {
      throw asRefusal(error, 'GRAPHQL_PARSE_FAILED');
    }
    const fragments = collectFragments(document);
    const toParsed = (operation: OperationDefinitionNode): ParsedOperation => {
      return { query, document, operation, fragments, kind: operation.operation, supergraph };
    };
    const circular = findCircle(fragments);
    try {
      // Limits on size come before validation, which reads the whole document.
      hooks?.checkDocument?.(document);
      const operation = selectOperation(collectOperations(document), operationName);
      if (operation && circular === null) hooks?.checkOperation?.(toParsed(operation));
    } catch (error) {
      throw asRefusal(error, 'GRAPHQL_VALIDATION_FAILED');
    }
    // The validation rules would follow a cycle of fragments for a long time, so they do not see it.
    const errors = circular === null ? this.#validate(document, query) : [toCycleError(fragments, circular)];
    if (errors.length)
      throw new RefusedRequestError(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
    return prepareDefer(toParsed(findOperation(document, operationName)));
  }

  /** Locating an error reads the text up to it, so a long text gets fewer errors. */
  #validate(document: DocumentNode, query: string): readonly GraphQLError[] {
    const maxErrors = query.length > LONG_CHARACTERS ? MAX_ERRORS_OF_LONG : MAX_ERRORS;
    return validate(this.options.supergraph.apiSchema, document, this.#rules, { maxErrors });
  }
}

function toCycleError(fragments: ReadonlyMap<string, FragmentDefinitionNode>, name: string): GraphQLError {
  return new GraphQLError(`Cannot spread fragment "${name}" within itself.`, { nodes: fragments.get(name) });
}
