import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  visit,
} from 'graphql';

/** Values of the variables that `@skip`, `@include` and `@defer` name. */
export type Conditions = Readonly<Record<string, unknown>>;

/** The variables that decide on `@skip`, `@include` and `@defer`, in order of appearance. */
export function collectConditionNames(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive({ name, arguments: args }) {
      const value = findIf(args);
      if ((isConditional(name.value) || name.value === 'defer') && value?.kind === Kind.VARIABLE)
        names.add(value.name.value);
    },
  });
  return [...names];
}

/**
 * The document as it is under given conditions: without `@skip` and `@include`, and without what they take away; what is
 * deferred is deferred without a condition.
 * Selections may be left empty by it, which is an answer's `{}`; `placeholder` puts `__typename` there, because a
 * document that is to be sent must ask for something.
 */
export function applyConditions(
  document: DocumentNode,
  conditions: Conditions,
  { placeholder }: { readonly placeholder: boolean },
): DocumentNode {
  const keep = (selection: SelectionNode) => isIncluded(selection.directives, conditions);
  const settle = (selection: SelectionNode) => withoutConditions(selection, conditions);
  return visit(document, {
    SelectionSet: {
      enter: (node): SelectionSetNode => ({ ...node, selections: node.selections.filter(keep).map(settle) }),
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

function withoutConditions(selection: SelectionNode, conditions: Conditions): SelectionNode {
  const { directives } = selection;
  if (!directives?.length) return selection;
  return { ...selection, directives: directives.flatMap((directive) => decide(directive, conditions)) };
}

/** Nothing is left of a directive that has had its effect, and of `@defer` not its condition. */
function decide(directive: DirectiveNode, conditions: Conditions): DirectiveNode[] {
  if (isConditional(directive.name.value)) return [];
  const condition = directive.name.value === 'defer' ? findIf(directive.arguments) : undefined;
  if (!condition) return [directive];
  // Left out, a variable stands for the default, which is true.
  const value =
    condition.kind === Kind.VARIABLE
      ? conditions[condition.name.value]
      : condition.kind === Kind.BOOLEAN && condition.value;
  if (value === false) return [];
  return [{ ...directive, arguments: directive.arguments?.filter(({ name }) => name.value !== 'if') }];
}

function findIf(args: readonly ArgumentNode[] | undefined): ValueNode | undefined {
  return args?.find(({ name }) => name.value === 'if')?.value;
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
