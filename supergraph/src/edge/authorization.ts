import type { Logger } from '@vibecode/platform/log';
import { type GraphQLFormattedError, parse } from 'graphql';
import type { RouterConfig } from '../config/config.schema.ts';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import type { Identity, RequestContext } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import { RefusedRequestError } from '../request/refusal.ts';
import { filterOperation } from './authorization.filter.ts';
import { type Grants, readAuthorizationRules } from './authorization.rules.ts';

type DirectivesConfig = RouterConfig['authorization']['directives'];
type AuthorizeHook = NonNullable<GatewayHooks['authorize']>;

export interface AuthorizationOptions {
  readonly config: DirectivesConfig;
  readonly supergraph: Pick<LoadedSupergraph, 'sdl' | 'apiSchema'>;
  readonly log: Logger;
  /** Which of the policies that the supergraph names a viewer has. Default: by token and coprocessor. */
  readonly grantPolicies?: (policies: readonly string[], context: RequestContext) => readonly string[];
}

const NOBODY: Grants = { authenticated: false, scopes: new Set(), policies: new Set() };
/** Context entry in which a coprocessor lists the policies that hold, as in Apollo Router. */
const REQUIRED_POLICIES = 'apollo::authorization::required_policies';
const MESSAGE = 'Unauthorized field or type';
const CODE = 'UNAUTHORIZED_FIELD_OR_TYPE';
/** One object for all errors of this file. Its identity tells them from a subgraph's errors of the same code. */
const EXTENSIONS = Object.freeze({ code: CODE });

/**
 * Removes the fields and types that a viewer may not use from operations before they are planned, by `@authenticated`,
 * `@requiresScopes` and `@policy`, with Apollo Router's errors. Undefined when the supergraph restricts nothing.
 */
export function createAuthorization({
  config,
  supergraph,
  log,
  grantPolicies = readPolicies,
}: AuthorizationOptions): AuthorizeHook | undefined {
  const rules = config.enabled ? readAuthorizationRules(parse(supergraph.sdl, { noLocation: true })) : null;
  if (!rules) return undefined;
  const requirements = [...rules.types.values(), ...rules.fields.values()];
  const knownScopes = new Set(requirements.flatMap(({ scopes }) => scopes.flat()));
  const knownPolicies = [...new Set(requirements.flatMap(({ policies }) => policies.flat()))];
  const keys = new WeakMap<Identity, string>();

  function grantsOf(context: RequestContext): Grants {
    const { identity } = context;
    if (!identity && knownPolicies.length === 0) return NOBODY;
    return {
      authenticated: identity !== null,
      scopes: new Set(identity?.scopes.filter((scope) => knownScopes.has(scope))),
      policies: new Set(knownPolicies.length > 0 ? grantPolicies(knownPolicies, context) : []),
    };
  }

  return {
    key(context) {
      const { identity } = context;
      const known = identity && keys.get(identity);
      if (known !== null && known !== undefined) return known;
      const { authenticated, scopes, policies } = grantsOf(context);
      const key = JSON.stringify([authenticated, [...scopes].sort(), [...policies].sort()]);
      // Policies may depend on more than the viewer.
      if (identity && knownPolicies.length === 0) keys.set(identity, key);
      return key;
    },
    filter({ document, operation }, context) {
      const filtered = filterOperation(document, operation, supergraph.apiSchema, rules, grantsOf(context));
      if (filtered.unauthorizedPaths.length === 0) return { document, errors: [] };
      const errors: GraphQLFormattedError[] = filtered.unauthorizedPaths.map((path) => ({
        message: MESSAGE,
        path: [...path],
        extensions: EXTENSIONS,
      }));
      if (config.errors.log) {
        const paths = filtered.unauthorizedPaths.map((path) => path.join('/'));
        log.info({ action: 'authorization.filtered', operation: operation.name?.value, paths, dryRun: config.dry_run });
      }
      if (config.dry_run) return { document, errors };
      if (config.reject_unauthorized) {
        throw new RefusedRequestError(errors.map((error) => ({ ...error, extensions: { code: CODE } })));
      }
      return { document: filtered.document, errors };
    },
  };
}

/**
 * Moves the errors of refused fields to where `errors.response` wants them: into `extensions.authorizationErrors`, or
 * nowhere. Null when they stay among the other errors.
 */
export function createAuthorizationReport({
  enabled,
  errors: { response },
}: DirectivesConfig): ((result: GraphQLResult) => GraphQLResult) | null {
  if (!enabled || response === 'errors') return null;
  return (result) => {
    const { errors, ...rest } = result;
    const refused = errors?.filter(({ extensions }) => extensions === EXTENSIONS) ?? [];
    if (refused.length === 0) return result;
    const others = errors?.filter(({ extensions }) => extensions !== EXTENSIONS) ?? [];
    const extensions = { ...result.extensions, authorizationErrors: refused };
    return { ...rest, ...(others.length > 0 && { errors: others }), ...(response === 'extensions' && { extensions }) };
  };
}

/** The policies in the token's `policies` claim, and those that a coprocessor granted. */
function readPolicies(_policies: readonly string[], { identity, entries }: RequestContext): readonly string[] {
  const claim = identity?.claims.policies;
  const claimed = Array.isArray(claim) ? claim.map(String) : typeof claim === 'string' ? claim.split(/\s+/) : [];
  const found = entries?.get(REQUIRED_POLICIES);
  if (found === null || typeof found !== 'object') return claimed;
  return [...claimed, ...Object.entries(found).flatMap(([policy, holds]) => (holds === true ? [policy] : []))];
}
