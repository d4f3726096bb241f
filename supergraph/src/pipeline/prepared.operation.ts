import type { DocumentNode, GraphQLFormattedError } from 'graphql';
import type { Conditions } from '../request/conditions.ts';
import type { Identity, RequestContext } from '../request/context.ts';
import { findOperation } from '../request/document.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { OperationObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { type CoercedVariables, compileVariables } from '../request/variables.ts';
import { compileIntrospection, type Introspection } from './introspection.ts';
import type { OperationStoreOptions } from './operation.options.ts';
import type { OperationVariant } from './operation.variant.ts';
import type { SignInRules } from './sign.in.plan.ts';
import type { LoadedSupergraph } from './supergraph.ts';
import { type PlannedFor, VariantCache } from './variant.cache.ts';

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

/** Prepares an operation for the viewer of a request, and for all with the same rights. */
export function prepareOperation(
  parsed: ParsedOperation,
  request: GraphQLRequest,
  context: RequestContext,
  options: OperationStoreOptions,
): PreparedOperation {
  const { operation, document } = parsed;
  const { supergraph, hooks, plans, onUnknownInput } = options;
  const authorized = hooks?.authorize?.filter(parsed, context) ?? { document, errors: [] };
  const variants = new VariantCache(parsed, authorized.document, toSignInRules(parsed, context, hooks), options);
  return {
    ...(plans && {
      preload: (conditions: Conditions, overrides: ReadonlySet<string> | undefined) =>
        variants.preload(plans, conditions, overrides),
    }),
    ...parsed,
    supergraph,
    requestedName: request.operationName,
    viewer: context.identity,
    planned: () => variants.planned(),
    coerceVariables: compileVariables(operation.variableDefinitions ?? [], supergraph.apiSchema, onUnknownInput),
    introspection: compileIntrospection(parsed),
    refusals: authorized.errors,
    variantFor: (conditions, overrides, watch) => variants.variantFor(conditions, overrides, watch),
  };
}

function toSignInRules(
  parsed: ParsedOperation,
  context: RequestContext,
  { signIn, authorize }: GatewayHooks = {},
): SignInRules | undefined {
  return (
    signIn && {
      subgraphs: signIn.subgraphs,
      mayAsk(probe: DocumentNode) {
        const operation = findOperation(probe, parsed.operation.name?.value ?? null);
        const asked = { ...parsed, document: probe, operation };
        return !authorize || authorize.filter(asked, context).document !== null;
      },
    }
  );
}
