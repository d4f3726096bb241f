import { type DirectiveNode, type DocumentNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql';

/** Values of the variables that `@skip` and `@include` name. */
export type Conditions = Readonly<Record<string, unknown>>;

/** The variables that decide on `@skip` and `@include`, in order of appearance. */
export function collectConditionNames(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: args }) {
      const value = args?.[0]?.value;
      if (isConditional(name.value) && value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names];
}

/**
 * The document as it is under given conditions: without `@skip` and `@include`, and without what they take away.
 * Selections may be left empty by it, which is an answer's `{}`; `placeholder` puts `__typename` there, because a
 * document that is to be sent must ask for something.
 */
export function applyConditions(
  document: DocumentNode,
  conditions: Conditions,
  { placeholder }: { readonly placeholder: boolean },
): DocumentNode {
  const keep = (selection: SelectionNode) => isIncluded(selection.directives, conditions);
  return visit(document, {
    SelectionSet: {
      enter: (node): SelectionSetNode => ({ ...node, selections: node.selections.filter(keep).map(withoutConditions) }),
      leave: (node, _key, parent): SelectionSetNode | undefined =>
        placeholder && node.selections.length === 0 && !isOperation(parent)
          ? { ...node, selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }] }
          : undefined,
    },
  });
}

function isOperation(parent: unknown): boolean {
  return (parent as { kind?: string } | undefined)?.kind === Kind.OPERATION_DEFINITION;
}

function withoutConditions(selection: SelectionNode): SelectionNode {
  const { directives } = selection;
  if (!directives?.some(({ name }) => isConditional(name.value))) return selection;
  return { ...selection, directives: directives.filter(({ name }) => !isConditional(name.value)) };
}

function isConditional(directive: string): boolean {
  return directive === 'skip' || directive === 'include';
}

function isIncluded(directives: readonly DirectiveNode[] | undefined, conditions: Conditions): boolean {
  for (const { name, arguments: args } of directives ?? []) {
    if (!isConditional(name.value)) continue;
    const value = args?.[0]?.value;
    const holds =
      value?.kind === Kind.VARIABLE
        ? conditions[value.name.value] === true
        : value?.kind === Kind.BOOLEAN && value.value;
    if (holds === (name.value === 'skip')) return false;
  }
  return true;
}
