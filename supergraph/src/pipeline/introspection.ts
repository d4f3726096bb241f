import {
  type DefinitionNode,
  type DocumentNode,
  executeSync,
  type FieldNode,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { JsonObject } from '../plan/merge.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';

/** Resolves the introspection fields of an operation. Returns their values by response key. */
export type Introspection = (variables: Readonly<Record<string, unknown>>) => JsonObject;

/**
 * Null for an operation without `__schema` and `__type`. The values depend on the schema and the variables only, so
 * those of an operation without variables are computed once.
 */
export function compileIntrospection({ operation, fragments, supergraph }: ParsedOperation): Introspection | null {
  const fields: FieldNode[] = [];
  const collect = ({ selections }: SelectionSetNode) => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment) collect(fragment.selectionSet);
      } else if (selection.name.value === '__schema' || selection.name.value === '__type') fields.push(selection);
    }
  };
  collect(operation.selectionSet);
  if (fields.length === 0) return null;

  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: fields };
  const definitions: DefinitionNode[] = [{ ...operation, selectionSet }, ...fragments.values()];
  const introspection: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  const answer: Introspection = (variableValues) =>
    (executeSync({ schema: supergraph.apiSchema, document: introspection, variableValues }).data ?? {}) as JsonObject;
  if (operation.variableDefinitions?.length) return answer;
  let constant: JsonObject | undefined;
  return () => {
    constant ??= answer({});
    return constant;
  };
}
