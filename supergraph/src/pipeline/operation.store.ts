import { setImmediate } from 'node:timers/promises';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  MaxIntrospectionDepthRule,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  print,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { prepareDefer } from '../defer/defer.document.ts';
import { deferRule } from '../defer/defer.rules.ts';
import { type Conditions, collectConditionNames } from '../request/conditions.ts';
import type { Identity, RequestContext } from '../request/context.ts';
import {
  collectFragments,
  collectOperations,
  findCircle,
  findOperation,
  selectOperation,
} from '../request/document.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { OperationObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { asRefusal, RefusedRequestError, refusal, withCode } from '../request/refusal.ts';
import { type CoercedVariables, compileVariables } from '../request/variables.ts';
import { compileIntrospection, type Introspection } from './introspection.ts';
import { createVariant, type OperationVariant } from './operation.variant.ts';
import type { PlanStore, StoredPlans } from './plan.store.ts';
import { subscriptionRootRule } from './subscription.root.rule.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/** An operation with all that does not depend on one request's variables worked out. */
export interface PreparedOperation extends ParsedOperation {
  readonly supergraph: LoadedSupergraph;
  readonly coerceVariables: (inputs: Record<string, unknown>) => CoercedVariables;
  readonly introspection: Introspection | null;
  /** Errors of fields that the viewer may not ask. */
  readonly refusals: readonly GraphQLFormattedError[];
  /** The operation's name as the request had it. */
  readonly requestedName: string | null | undefined;
  /**
   * The operation under given conditions (the coerced variables): planned when they first occur.
   * @param overrides labels of progressive overrides that are on; default none
   */
  variantFor(conditions: Conditions, overrides?: ReadonlySet<string>, watch?: OperationObserver): OperationVariant;
  /** Looks for plans that another instance has made, where these are shared: `variantFor` finds them then. */
  readonly preload?: (conditions: Conditions, overrides: ReadonlySet<string> | undefined) => Promise<void> | undefined;
  /** Conditions and labels that it was planned for, to plan it for them again on another supergraph. */
  readonly planned: () => Iterable<PlannedFor>;
  /** Who asked first: stands for everybody with the same rights. */
  readonly viewer: Identity | null;
}

/** Told what work operations made, for metrics. */
export interface PreparationListener {
  parsed(durationMs: number): void;
  planned(durationMs: number): void;
  planFound(): void;
}

interface PlannedFor {
  readonly conditions: Conditions;
  readonly overrides: ReadonlySet<string> | undefined;
}

const MAX_ERRORS = 25;
const LONG_CHARACTERS = 100_000;
const MAX_ERRORS_OF_LONG = 5;

/** Sets of conditions kept for each operation. */
const MAX_VARIANTS = 64;

export interface OperationStoreOptions {
  readonly supergraph: LoadedSupergraph;
  readonly hooks?: GatewayHooks;
  /** Operations kept, the least recently used dropped beyond it. Default 1,000. */
  readonly maxOperations?: number;
  readonly onPrepared?: PreparationListener;
  /** Whether `__schema` and `__type` may be asked. Default true. */
  readonly introspection?: boolean;
  /** Whether introspection may nest its lists deeply. Default false. */
  readonly deepIntrospection?: boolean;
  /** Told of unknown fields of input objects, which are let through then. Left out: they are an error. */
  readonly onUnknownInput?: (message: string) => void;
  /** Plans that instances share. Left out: each makes its own. */
  readonly plans?: PlanStore | undefined;
}

/** Parses, validates and plans operations once, and hands out the same prepared operation afterwards. */
export class OperationStore {
  readonly #parsed: LRUCache<string, ParsedOperation>;
  readonly #prepared: LRUCache<string, PreparedOperation>;
  readonly #rules: ValidationRule[];

  constructor(private readonly options: OperationStoreOptions) {
    const max = options.maxOperations ?? 1_000;
    this.#parsed = new LRUCache({ max });
    this.#prepared = new LRUCache({ max });
    this.#rules = specifiedRules
      .filter((rule) => !options.deepIntrospection || rule !== MaxIntrospectionDepthRule)
      .map((rule) => (rule === SingleFieldSubscriptionsRule ? subscriptionRootRule : rule));
    if (options.introspection === false) this.#rules.push(NoSchemaIntrospectionCustomRule);
    if (options.supergraph.defer) this.#rules.push(deferRule);
  }

  get size(): number {
    return this.#prepared.size;
  }

  /** Texts of the prepared operations, the most recently used first. */
  inUse(): string[] {
    return [...this.#prepared.values()].map(({ query }) => query);
  }

  /**
   * Parses and plans what another store has in use, the most recently used first, for the same rights and conditions. What
   * is no longer valid is left out. Requests are answered in between.
   *
   * @param count how many of those in use
   */
  async warm(from: OperationStore, count: (used: number) => number): Promise<void> {
    const recent = [...from.#prepared.values()].slice(0, count(from.#prepared.size));
    // The most recent last, so that it stays the most recent here.
    for (const known of recent.reverse()) {
      await setImmediate();
      try {
        const request = { query: known.query, operationName: known.requestedName };
        const prepared = this.prepare(request, toWarmingContext(known.viewer));
        for (const { conditions, overrides } of known.planned()) prepared.variantFor(conditions, overrides);
      } catch {
        // Whoever sends it again is told what is wrong with it.
      }
    }
  }

  /** Whether the text has been parsed before, and was valid. */
  knows({ query, operationName }: GraphQLRequest): boolean {
    return this.#parsed.has(`${operationName ?? ''}\n${query}`);
  }

  /** @throws RefusedRequestError */
  prepare(request: GraphQLRequest, context: RequestContext): PreparedOperation {
    const authorizationKey = this.options.hooks?.authorize?.key(context) ?? '';
    const key = `${authorizationKey}\n${request.operationName ?? ''}\n${request.query}`;
    let prepared = this.#prepared.get(key);
    if (!prepared) {
      prepared = this.#prepare(this.parse(request, context.watch), request, context);
      this.#prepared.set(key, prepared);
    }
    return prepared;
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

  #prepare(parsed: ParsedOperation, request: GraphQLRequest, context: RequestContext): PreparedOperation {
    const { operation, document } = parsed;
    const { onPrepared, supergraph } = this.options;
    const authorized = this.options.hooks?.authorize?.filter(parsed, context) ?? { document, errors: [] };
    const { signIn, authorize } = this.options.hooks ?? {};
    const signInRules = signIn && {
      subgraphs: signIn.subgraphs,
      mayAsk(probe: DocumentNode) {
        const asked = { ...parsed, document: probe, operation: findOperation(probe, operation.name?.value ?? null) };
        return !authorize || authorize.filter(asked, context).document !== null;
      },
    };
    const conditionNames = collectConditionNames(document);
    const variants = new LRUCache<string, OperationVariant & PlannedFor>({ max: MAX_VARIANTS });
    const { plans } = this.options;
    const found = new Map<string, StoredPlans>();
    const toKey = (conditions: Conditions, overrides: ReadonlySet<string> | undefined): string => {
      let key = '';
      for (const name of conditionNames) key += toConditionKey(conditions[name]);
      for (const label of supergraph.overrideLabels) key += overrides?.has(label) ? '1' : '0';
      return key;
    };
    const allowed = plans && authorized.document ? print(authorized.document) : null;
    const toStoredKey = (store: PlanStore, key: string): string => {
      const { hash, pathsLimit, defer } = supergraph;
      return store.keyOf([hash, pathsLimit, defer, allowed, operation.name?.value, key]);
    };
    return {
      ...(plans && {
        preload(conditions: Conditions, overrides: ReadonlySet<string> | undefined) {
          const key = toKey(conditions, overrides);
          if (variants.has(key)) return undefined;
          return plans.read(toStoredKey(plans, key)).then((stored) => {
            if (stored) found.set(key, stored);
          });
        },
      }),
      ...parsed,
      supergraph,
      requestedName: request.operationName,
      viewer: context.identity,
      planned: () => variants.values(),
      coerceVariables: compileVariables(
        operation.variableDefinitions ?? [],
        supergraph.apiSchema,
        this.options.onUnknownInput,
      ),
      introspection: compileIntrospection(parsed),
      refusals: authorized.errors,
      variantFor(conditions, overrides, watch) {
        const key = toKey(conditions, overrides);
        let variant = variants.get(key);
        if (!variant) {
          const decisive = Object.fromEntries(conditionNames.map((name) => [name, conditions[name]]));
          const startMs = performance.now();
          try {
            const known = found.get(key) ?? null;
            found.delete(key);
            const how = { overrides, signInRules, known };
            const created = createVariant(parsed, supergraph, authorized.document, conditions, how);
            if (plans && !known && created.stored) plans.write(toStoredKey(plans, key), created.stored);
            variant = { ...created, conditions: decisive, overrides };
          } finally {
            onPrepared?.planned(performance.now() - startMs);
            watch?.trace?.recorded?.record('query_planning', startMs);
          }
          variants.set(key, variant);
        } else onPrepared?.planFound();
        return variant;
      },
    };
  }
}

function toCircleError(fragments: ReadonlyMap<string, FragmentDefinitionNode>, name: string): GraphQLError {
  return new GraphQLError(`Cannot spread fragment "${name}" within itself.`, { nodes: fragments.get(name) });
}

/** Left out is another thing than false: see the default of `@defer`. */
function toConditionKey(value: unknown): string {
  return value === true ? '1' : value === false ? '0' : '-';
}

/** No request: only the viewer counts for what of an operation may be asked. */
function toWarmingContext(identity: Identity | null): RequestContext {
  return { id: 'warm-up', headers: {}, identity, signal: new AbortController().signal };
}
