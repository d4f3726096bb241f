import { type ASTVisitor, type DirectiveNode, GraphQLError, Kind, type ValidationContext } from 'graphql';
import { isDefer, readLabel } from '../request/defer.directive.ts';

/**
 * What the proposal demands of `@defer` beside its arguments' types: labels are fixed and unique, and the root fields of
 * mutations and subscriptions, whose order counts, are not deferred.
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
      if (value?.kind === Kind.VARIABLE) report('The label of @defer must be a text that is written out.', node);
      const label = readLabel(node);
      const same = label === undefined ? undefined : labels.get(label);
      if (same) report(`Two @defer have the label '${label}'; labels must differ.`, same, node);
      else if (label !== undefined) labels.set(label, node);
    },
  };
}
