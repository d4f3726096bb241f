import { type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql';
import { findDirective, findDirectiveName } from './supergraph.directives.ts';

/** What one type or field requires. A list of lists holds alternatives; an alternative requires all of its members. */
export interface Requirement {
  readonly authenticated: boolean;
  readonly scopes: readonly (readonly string[])[];
  readonly policies: readonly (readonly string[])[];
}

/** What a viewer may use. */
export interface Grants {
  readonly authenticated: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
}

/** `@authenticated`, `@requiresScopes` and `@policy` of a supergraph. */
export interface AuthorizationRules {
  readonly types: ReadonlyMap<string, Requirement>;
  /** Key: `Type.field`. */
  readonly fields: ReadonlyMap<string, Requirement>;
}

const restrictable: ReadonlySet<Kind> = new Set([
  Kind.OBJECT_TYPE_DEFINITION,
  Kind.INTERFACE_TYPE_DEFINITION,
  Kind.SCALAR_TYPE_DEFINITION,
  Kind.ENUM_TYPE_DEFINITION,
]);

/** Null when the supergraph restricts nothing, so that authorization costs nothing. */
export function readAuthorizationRules(supergraph: DocumentNode): AuthorizationRules | null {
  const names = {
    authenticated: findDirectiveName(supergraph, 'authenticated', 'authenticated'),
    scopes: findDirectiveName(supergraph, 'requiresScopes', 'requiresScopes'),
    policy: findDirectiveName(supergraph, 'policy', 'policy'),
  };
  if (!names.authenticated && !names.scopes && !names.policy) return null;

  const toRequirement = (node: Parameters<typeof findDirective>[0]): Requirement | null => {
    const scopes = findDirective(node, names.scopes)?.scopes as string[][] | undefined;
    const policies = findDirective(node, names.policy)?.policies as string[][] | undefined;
    const authenticated = findDirective(node, names.authenticated) !== null;
    if (!authenticated && !scopes && !policies) return null;
    return { authenticated, scopes: scopes ?? [], policies: policies ?? [] };
  };
  const types = new Map<string, Requirement>();
  const fields = new Map<string, Requirement>();
  for (const definition of supergraph.definitions) {
    if (!restrictable.has(definition.kind)) continue;
    const { name, fields: ownFields = [], ...node } = definition as ObjectTypeDefinitionNode;
    const ofType = toRequirement(node);
    if (ofType) types.set(name.value, ofType);
    for (const field of ownFields) {
      const requirement = toRequirement(field);
      if (requirement) fields.set(`${name.value}.${field.name.value}`, requirement);
    }
  }
  return types.size > 0 || fields.size > 0 ? { types, fields } : null;
}

export function isMet(requirement: Requirement | undefined, grants: Grants): boolean {
  if (!requirement) return true;
  const { authenticated, scopes, policies } = requirement;
  return (
    (!authenticated || grants.authenticated) && isAnyMet(scopes, grants.scopes) && isAnyMet(policies, grants.policies)
  );
}

function isAnyMet(alternatives: readonly (readonly string[])[], granted: ReadonlySet<string>): boolean {
  return alternatives.length === 0 || alternatives.some((all) => all.every((name) => granted.has(name)));
}
