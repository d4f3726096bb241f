import { operationFromDocument } from '@apollo/federation-internals';
import type { PlanNode, QueryPlan, SubscriptionNode } from '@apollo/query-planner';
import { AppError } from '@vibecode/platform/errors';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  Kind,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { applyConditions, type Conditions, collectConditionNames } from './conditions.ts';
import type { GatewayHooks, ParsedOperation } from './hooks.ts';
import { compileIntrospection, type Introspection } from './introspection.ts';
import { compilePlan } from './plan/compile.ts';
import type { PlanStep } from './plan/execution.ts';
import { compileShape, type Shape } from './shape/shape.ts';
import type { LoadedSupergraph } from './supergraph.ts';
import type { GraphQLRequest, RequestContext } from './types.ts';
import { type CoercedVariables, compileVariables } from './variables.ts';

/** An operation with all that does not depend on one request's variables worked out. */
export interface PreparedOperation extends ParsedOperation {
  readonly coerceVariables: (inputs: Record<string, unknown>) => CoercedVariables;
  readonly introspection: Introspection | null;
  /** Errors of fields that the viewer may not ask. */
  readonly refusals: readonly GraphQLFormattedError[];
  /** The operation under given conditions (the coerced variables): planned when they first occur. */
  variantFor(conditions: Conditions): OperationVariant;
}

/**
 * An operation with `@skip` and `@include` applied. Each set of conditions has a plan of its own: it fetches what is
 * asked and no more, and nothing is left to decide while it runs.
 */
export interface OperationVariant {
  /** Null when nothing has to be fetched: `{ __typename }`, introspection, all fields refused. */
  readonly plan: PlanNode | SubscriptionNode | null;
  /** The compiled plan of a query or mutation. */
  readonly run: PlanStep | null;
  readonly shape: Shape;
}

/** Sets of conditions kept for each operation. */
const MAX_VARIANTS = 64;

export interface OperationStoreOptions {
  readonly supergraph: LoadedSupergraph;
  readonly hooks?: GatewayHooks;
  /** Operations kept, the least recently used dropped beyond it. Default 1,000. */
  readonly maxOperations?: number;
  /** Whether `__schema` and `__type` may be asked. Default true. */
  readonly introspection?: boolean;
}

/** A request refused before it ran: the errors go to the client without `data`. */
export class RefusedRequestError extends Error {
  constructor(readonly errors: readonly GraphQLFormattedError[]) {
    super(errors.map(({ message }) => message).join('; '));
  }
}

/** Parses, validates and plans operations once, and hands out the same prepared operation afterwards. */
export class OperationStore {
  readonly #parsed: LRUCache<string, ParsedOperation>;
  readonly #prepared: LRUCache<string, PreparedOperation>;
  readonly #rules: typeof specifiedRules;

  constructor(private readonly options: OperationStoreOptions) {
    const max = options.maxOperations ?? 1_000;
    this.#parsed = new LRUCache({ max });
    this.#prepared = new LRUCache({ max });
    this.#rules =
      options.introspection === false ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules;
  }

  /** Texts of the operations in use, the most recent first: to prepare them on the next supergraph before it serves. */
  recentRequests(): GraphQLRequest[] {
    return [...this.#parsed.values()].map(({ query, operation }) => ({ query, operationName: operation.name?.value }));
  }

  /** @throws RefusedRequestError */
  prepare(request: GraphQLRequest, context: RequestContext): PreparedOperation {
    const authorizationKey = this.options.hooks?.authorize?.key(context) ?? '';
    const key = `${authorizationKey}\n${request.operationName ?? ''}\n${request.query}`;
    let prepared = this.#prepared.get(key);
    if (!prepared) {
      prepared = this.#prepare(this.parse(request), context);
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }

  /**
   * The operation a request names, valid against the API schema.
   * @throws RefusedRequestError
   */
  parse({ query, operationName }: GraphQLRequest): ParsedOperation {
    if (typeof query !== 'string' || query === '') {
      throw refusal('BAD_REQUEST', 'The request has no query. Send the text of an operation as `query`.');
    }
    const key = `${operationName ?? ''}\n${query}`;
    let parsed = this.#parsed.get(key);
    if (!parsed) {
      parsed = this.#parse(query, operationName ?? null);
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
    const errors = validate(supergraph.apiSchema, document, this.#rules);
    if (errors.length)
      throw new RefusedRequestError(errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')));
    const operation = findOperation(document, operationName);
    const parsed: ParsedOperation = {
      query,
      document,
      operation,
      fragments: collectFragments(document),
      kind: operation.operation,
      supergraph,
    };
    try {
      hooks?.checkOperation?.(parsed);
    } catch (error) {
      throw asRefusal(error, 'GRAPHQL_VALIDATION_FAILED');
    }
    return parsed;
  }

  #prepare(parsed: ParsedOperation, context: RequestContext): PreparedOperation {
    const { supergraph, operation, document } = parsed;
    const authorized = this.options.hooks?.authorize?.filter(parsed, context) ?? { document, errors: [] };
    const conditionNames = collectConditionNames(document);
    const variants = new LRUCache<string, OperationVariant>({ max: MAX_VARIANTS });
    return {
      ...parsed,
      coerceVariables: compileVariables(operation.variableDefinitions ?? [], supergraph.apiSchema),
      introspection: compileIntrospection(parsed),
      refusals: authorized.errors,
      variantFor(conditions) {
        const key = conditionNames.map((name) => (conditions[name] === true ? '1' : '0')).join('');
        let variant = variants.get(key);
        if (!variant) {
          variant = createVariant(parsed, authorized.document, conditions);
          variants.set(key, variant);
        }
        return variant;
      },
    };
  }
}

/** @param allowed what of the document the viewer may ask */
function createVariant(
  { document, operation, supergraph }: ParsedOperation,
  allowed: DocumentNode | null,
  conditions: Conditions,
): OperationVariant {
  const name = operation.name?.value ?? null;
  const rootType = supergraph.apiSchema.getRootType(operation.operation);
  if (!rootType) throw refusal('GRAPHQL_VALIDATION_FAILED', `The schema has no ${operation.operation} type.`);
  const asked = applyConditions(document, conditions, { placeholder: false });
  const fetched = allowed && applyConditions(allowed, conditions, { placeholder: true });
  const isEmpty = !fetched || findOperation(fetched, name).selectionSet.selections.length === 0;
  const plan = isEmpty ? null : (createPlan(supergraph, fetched, operation.name?.value).node ?? null);
  return {
    plan,
    run: plan && plan.kind !== 'Subscription' ? compilePlan(plan, supergraph.types) : null,
    shape: compileShape(findOperation(asked, name).selectionSet, rootType, {
      schema: supergraph.apiSchema,
      fragments: collectFragments(asked),
    }),
  };
}

function collectFragments(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

function createPlan(
  supergraph: LoadedSupergraph,
  document: DocumentNode,
  operationName: string | undefined,
): QueryPlan {
  try {
    const operation = operationFromDocument(supergraph.planningSchema, document, { operationName, validate: false });
    return supergraph.planner.buildQueryPlan(operation);
  } catch (error) {
    throw asRefusal(error, 'QUERY_PLANNING_FAILED');
  }
}

function findOperation(document: DocumentNode, operationName: string | null): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const named = operationName ? operations.filter(({ name }) => name?.value === operationName) : operations;
  const [operation, second] = named;
  if (operation && !second) return operation;
  throw refusal(
    'OPERATION_RESOLUTION_FAILURE',
    operationName
      ? `The document has no operation named '${operationName}'.`
      : operations.length
        ? 'The document has several operations: say which by `operationName`.'
        : 'The document has no operation.',
  );
}

export function refusal(code: string, message: string): RefusedRequestError {
  return new RefusedRequestError([{ message, extensions: { code } }]);
}

/** What a client may know of a failure before execution. */
export function asRefusal(error: unknown, code: string): Error {
  if (error instanceof RefusedRequestError) return error;
  if (error instanceof AppError) {
    return new RefusedRequestError([{ message: error.message, extensions: { ...error.details, code: error.code } }]);
  }
  if (error instanceof GraphQLError) return new RefusedRequestError([withCode(error, code)]);
  return error instanceof Error ? error : new Error(String(error));
}

function withCode(error: GraphQLError, code: string): GraphQLFormattedError {
  const { message, locations, extensions } = error.toJSON();
  return { message, ...(locations && { locations }), extensions: { code, ...extensions } };
}
