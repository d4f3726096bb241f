import {
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  SingleFieldSubscriptionsRule,
  type ValidationRule,
} from 'graphql';

/** The visitor that graphql-js's rule returns. */
interface RuleOfOperations {
  OperationDefinition(node: OperationDefinitionNode): undefined;
}

const NO_CONDITIONS = '@skip and @include may not be used at the root of a subscription.';

/**
 * A subscription has one root field, without `@skip` and `@include` (specification 5.2.4.1). graphql-js's rule collects
 * the fields without variables and fails on a condition that uses one, so conditions are refused first.
 */
export const subscriptionRootRule: ValidationRule = (context) => {
  const { OperationDefinition: count } = SingleFieldSubscriptionsRule(context) as RuleOfOperations;
  return {
    OperationDefinition(node) {
      if (node.operation !== 'subscription') return undefined;
      const isConditional = hasConditions(node.selectionSet, (name) => context.getFragment(name) ?? undefined);
      if (isConditional) {
        context.reportError(new GraphQLError(NO_CONDITIONS, { nodes: node }));
        return undefined;
      }
      return count(node);
    },
  };
};

function hasConditions(
  root: SelectionSetNode,
  fragmentOf: (name: string) => FragmentDefinitionNode | undefined,
): boolean {
  const visited = new Set<string>();
  const visit = ({ selections }: SelectionSetNode): boolean =>
    selections.some((selection) => {
      if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true;
      if (selection.kind === Kind.FIELD) return false;
      if (selection.kind === Kind.INLINE_FRAGMENT) return visit(selection.selectionSet);
      const { value: name } = selection.name;
      if (visited.has(name)) return false;
      visited.add(name);
      const fragment = fragmentOf(name);
      return fragment !== undefined && visit(fragment.selectionSet);
    });
  return visit(root);
}
