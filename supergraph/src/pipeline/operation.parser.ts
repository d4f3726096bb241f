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
import { MAX_OPERATIONS, type OperationStoreOptions } from './operation.options.ts';
import { subscriptionRootRule } from './subscription.root.rule.ts';

const MAX_ERRORS = 25;
const LONG_CHARACTERS = 100_000;
const MAX_ERRORS_OF_LONG = 5;

/** Parses and validates operations, each text once. */
export class OperationParser {
  readonly #parsed: LRUCache<string, ParsedOperation>;
  readonly #rules: ValidationRule[];

  constructor(private readonly options: OperationStoreOptions) {
    this.#parsed = new LRUCache({ max: options.maxOperations ?? MAX_OPERATIONS });
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
   * The operation a request names, valid against the API schema.
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
      // What is too large is refused before it is looked at in full.
      hooks?.checkDocument?.(document);
      const operation = selectOperation(collectOperations(document), operationName);
      if (operation && circular === null) hooks?.checkOperation?.(toParsed(operation));
    } catch (error) {
      throw asRefusal(error, 'GRAPHQL_VALIDATION_FAILED');
    }
    // Rules would go round the fragments at length.
    const errors = circular === null ? this.#validate(document, query) : [toCircleError(fragments, circular)];
    if (errors.length)
      throw new RefusedRequestError(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
    return prepareDefer(toParsed(findOperation(document, operationName)));
  }

  /** The place of an error is found by reading the text up to it. */
  #validate(document: DocumentNode, query: string): readonly GraphQLError[] {
    const maxErrors = query.length > LONG_CHARACTERS ? MAX_ERRORS_OF_LONG : MAX_ERRORS;
    return validate(this.options.supergraph.apiSchema, document, this.#rules, { maxErrors });
  }
}

function toCircleError(fragments: ReadonlyMap<string, FragmentDefinitionNode>, name: string): GraphQLError {
  return new GraphQLError(`Cannot spread fragment "${name}" within itself.`, { nodes: fragments.get(name) });
}
