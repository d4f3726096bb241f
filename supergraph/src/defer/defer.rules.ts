import { type ASTVisitor, type DirectiveNode, GraphQLError, Kind, type ValidationContext } from 'graphql';
import { isDefer, readLabel } from '../request/defer.directive.ts';

/**
 * Validates the proposal's rules for `@defer`: a label is a literal and unique, and `@defer` is not allowed on the root types of
 * mutations and subscriptions, whose fields have an order.
 * Source: https://github.com/graphql/graphql-spec/pull/1110
 */
export function deferRule(context: ValidationContext): ASTVisitor {
  const labels = new Map<string, DirectiveNode>();
  const report = (message: string, ...nodes: DirectiveNode[]) =>
    context.reportError(new GraphQLError(message, { nodes }));
  return {
    Directive(node) {
      if (!isDefer(node)) return;
      const schema = context.getSchema();
      const parent = context.getParentType();
      for (const root of [schema.getMutationType(), schema.getSubscriptionType()]) {
        if (root && parent === root) report(`@defer cannot be used on the root type '${root.name}'.`, node);
      }
      const value = node.arguments?.find(({ name }) => name.value === 'label')?.value;
      if (value?.kind === Kind.VARIABLE) report('The label of @defer must be a literal string, not a variable.', node);
      const label = readLabel(node);
      const same = label === undefined ? undefined : labels.get(label);
      if (same) report(`Two @defer directives have the label '${label}'. Each label must be unique.`, same, node);
      else if (label !== undefined) labels.set(label, node);
    },
  };
}
