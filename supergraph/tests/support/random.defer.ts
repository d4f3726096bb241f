import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type InlineFragmentNode,
  Kind,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Tape } from './random.schema.ts';

/** Defers some fragments of an operation, and some of its fields, which are put into fragments for it. */
export function deferSome(document: DocumentNode, tape: Tape): DocumentNode {
  let counter = 0;
  const createDefer = (): DirectiveNode => {
    counter += 1;
    const args: ArgumentNode[] = [];
    if (tape.oneIn(2)) args.push(createArgument('label', { kind: Kind.STRING, value: `L${counter}` }));
    if (tape.oneIn(4)) args.push(createArgument('if', { kind: Kind.BOOLEAN, value: tape.oneIn(2) }));
    return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'defer' }, arguments: args };
  };
  const orDefer = <T extends { readonly directives?: readonly DirectiveNode[] }>(fragment: T): T | undefined =>
    tape.oneIn(3) ? { ...fragment, directives: [...(fragment.directives ?? []), createDefer()] } : undefined;
  const deferWithin = (node: InlineFragmentNode): InlineFragmentNode | undefined => {
    const deferred = orDefer(node);
    return deferred && tape.oneIn(4) ? repeatType(deferred) : deferred;
  };
  return visit(document, {
    FragmentSpread: { leave: (node) => orDefer(node) },
    InlineFragment: { leave: (node) => deferWithin(node) },
    SelectionSet: {
      leave(node): SelectionSetNode | undefined {
        if (!tape.oneIn(4)) return undefined;
        const at = tape.below(node.selections.length);
        const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: node.selections.slice(at) };
        const fragment: InlineFragmentNode = { kind: Kind.INLINE_FRAGMENT, directives: [createDefer()], selectionSet };
        return { ...node, selections: [...node.selections.slice(0, at), fragment] };
      },
    },
  });
}

/** `... on Birch { … }` as `... on Birch { ... on Birch { … } }`, of which the inner one has the directives. */
function repeatType(fragment: InlineFragmentNode): InlineFragmentNode {
  const { typeCondition } = fragment;
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [fragment] };
  return { kind: Kind.INLINE_FRAGMENT, typeCondition, directives: [], selectionSet };
}

function createArgument(name: string, value: ArgumentNode['value']): ArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value };
}
