import { UnauthenticatedError } from '@vibecode/platform/errors';
import { GraphQLError } from 'graphql';
import type { RouterConfig } from '../config/config.schema.ts';
import type { RequestContext } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import type { ResolveRequest } from './persisted.queries.ts';
import type { RequestBudget } from './request.budget.ts';

/** Checks every GraphQL request of every transport: identity, rate limit, persisted query. */
export function createRequestGate(
  config: RouterConfig,
  budget: RequestBudget | null,
  persisted: { readonly resolve: ResolveRequest } | null,
): GatewayHooks['resolveRequest'] {
  const needsIdentity = config.authorization.require_authentication;
  if (!needsIdentity && !budget && !persisted) return undefined;

  return (request: GraphQLRequest, context: RequestContext) => {
    const resolve = () => {
      if (needsIdentity && !context.identity) throw new UnauthenticatedError();
      return persisted ? persisted.resolve(request, context) : request;
    };
    return budget ? budget.count(context).then(resolve) : resolve();
  };
}

/** Counts operations that need no identity for their address, before any other check. */
export function admitWithin(budget: RequestBudget, then: GatewayHooks['admit']): GatewayHooks['admit'] {
  return (operation, variables, context, plans) => {
    const counted = budget.countAnonymous(operation, context);
    const admit = () => then?.(operation, variables, context, plans);
    return counted ? counted.then(admit) : admit();
  };
}

/** @throws GraphQLError for an operation type that is switched off */
export function assertKind(
  { kind }: Pick<ParsedOperation, 'kind'>,
  { forbid_mutations: forbidsMutations, subscription }: RouterConfig,
): void {
  if (forbidsMutations && kind === 'mutation') {
    throw new GraphQLError('Mutations are forbidden here.', { extensions: { code: 'MUTATION_FORBIDDEN' } });
  }
  if (!subscription.enabled && kind === 'subscription') {
    throw new GraphQLError('Subscriptions are switched off here.', { extensions: { code: 'SUBSCRIPTION_DISABLED' } });
  }
}
