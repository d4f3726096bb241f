import { Kind, parse, type SelectionNode } from 'graphql';
import type { CompiledFetch } from './compiled.fetch.ts';

const keysByFetch = new WeakMap<CompiledFetch, readonly string[]>();

/** The top-level response keys of a fetch's answer, without `__typename`. For an entity fetch, those of its entities. */
export function topLevelKeys(fetch: CompiledFetch): readonly string[] {
  const known = keysByFetch.get(fetch);
  if (known) return known;
  const document = parse(fetch.query, { noLocation: true });
  const keys = new Set<string>();
  const visit = (selections: readonly SelectionNode[]) => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value === '_entities') visit(selection.selectionSet?.selections ?? []);
        else if (selection.name.value !== '__typename') keys.add((selection.alias ?? selection.name).value);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet.selections);
      } else {
        for (const definition of document.definitions) {
          if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value) {
            visit(definition.selectionSet.selections);
          }
        }
      }
    }
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) visit(definition.selectionSet.selections);
  }
  const list = [...keys];
  keysByFetch.set(fetch, list);
  return list;
}
