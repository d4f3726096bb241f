import { type DirectiveNode, Kind, type SelectionNode } from 'graphql';

export function isDefer({ name }: DirectiveNode): boolean {
  return name.value === 'defer';
}

export function readLabel({ arguments: args }: DirectiveNode): string | undefined {
  const value = args?.find(({ name }) => name.value === 'label')?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** The id of a fragment that is deferred: its label in the document to plan. */
export function findDeferId(selection: SelectionNode): string | undefined {
  const directive = selection.kind === Kind.INLINE_FRAGMENT ? selection.directives?.find(isDefer) : undefined;
  return directive && readLabel(directive);
}
