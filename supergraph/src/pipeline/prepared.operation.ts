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

/** An operation with all that does not depend on one request's variables computed in advance. */
export interface PreparedOperation extends ParsedOperation {
  readonly supergraph: LoadedSupergraph;
  readonly coerceVariables: (inputs: Record<string, unknown>) => CoercedVariables;
  readonly introspection: Introspection | null;
  /** Errors for the fields that the viewer is not authorized for. */
  readonly refusals: readonly GraphQLFormattedError[];
  /** `operationName` of the request. */
  readonly requestedName: string | null | undefined;
  /**
   * The operation with its conditions decided; it is planned when they first occur.
   * @param conditions the coerced variables
   * @param overrides labels of progressive overrides that are on; default none
   */
  variantFor(conditions: Conditions, overrides?: ReadonlySet<string>, watch?: OperationObserver): OperationVariant;
  /** Reads the plans of other instances for `variantFor`. Left out: instances do not share plans. */
  readonly preload?: (conditions: Conditions, overrides: ReadonlySet<string> | undefined) => Promise<void> | undefined;
  /** Conditions and labels that it was planned for. A reload plans it for them again. */
  readonly planned: () => Iterable<PlannedFor>;
  /** The first viewer who sent it, who stands for all viewers with the same rights. */
  readonly viewer: Identity | null;
}

/** Prepares an operation for the viewer of a request, and for all viewers with the same rights. */
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
      isAuthorized(probe: DocumentNode) {
        const operation = findOperation(probe, parsed.operation.name?.value ?? null);
        const probed = { ...parsed, document: probe, operation };
        return !authorize || authorize.filter(probed, context).document !== null;
      },
    }
  );
}
