import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { isDefer, readLabel } from '../request/defer.directive.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { refusal } from '../request/refusal.ts';

/** Most selections of a document with `@defer` after its fragments have been inlined. */
const MAX_SELECTIONS = 50_000;

/**
 * Prepares an operation with `@defer` for planning. Fragments are inlined, and each `@defer` gets a unique label, which
 * identifies the plan's blocks. An operation without `@defer` is returned unchanged.
 * @throws RefusedRequestError if the document has too many selections after inlining
 */
export function prepareDefer(parsed: ParsedOperation): ParsedOperation {
  const { query, document, operation, fragments, kind } = parsed;
  if (!query.includes('defer') || !hasDefer(document)) return parsed;
  if (kind === 'subscription') return withDocument(parsed, removeDefer(document));
  const deferLabels = new Map<string, string | undefined>();
  const writeOut = createInliner(fragments, deferLabels);
  const inlined = { ...operation, selectionSet: writeOut(operation.selectionSet) };
  return { ...withDocument(parsed, { ...document, definitions: [inlined] }), deferLabels };
}

/** Removes all `@defer` from a document, so that it is answered in one piece. */
export function removeDefer(document: DocumentNode): DocumentNode {
  return visit(document, { Directive: { enter: (node) => (isDefer(node) ? null : undefined) } });
}

export function hasDefer(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive(node) {
      found ||= isDefer(node);
    },
  });
  return found;
}

/**
 * Removes type conditions that repeat the parent type. The planner does not terminate for
 * `... on Birch { ... on Birch @defer { height } }` if a fetch has to determine first that the object is a Birch.
 */
export function dropRepeatedTypes(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const typeInfo = new TypeInfo(schema);
  return visit(
    document,
    visitWithTypeInfo(typeInfo, {
      InlineFragment(node): InlineFragmentNode | undefined {
        const isRepeated = node.typeCondition?.name.value === typeInfo.getParentType()?.name;
        return isRepeated && node.directives?.length ? { ...node, typeCondition: undefined } : undefined;
      },
    }),
  );
}

function withDocument(parsed: ParsedOperation, document: DocumentNode): ParsedOperation {
  const { name } = parsed.operation;
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.name?.value === name?.value,
  );
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return { ...parsed, document, operation: operation ?? parsed.operation, fragments };
}

function createInliner(
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  labels: Map<string, string | undefined>,
): (set: SelectionSetNode) => SelectionSetNode {
  let count = 0;
  const identify = (directives: readonly DirectiveNode[] | undefined) =>
    directives?.map((directive) => {
      if (!isDefer(directive)) return directive;
      const id = `d${labels.size}`;
      labels.set(id, readLabel(directive));
      return withLabel(directive, id);
    });
  const writeOut = (selection: SelectionNode): SelectionNode[] => {
    count += 1;
    if (count > MAX_SELECTIONS) {
      const message = `With its fragments inlined, the operation has more than ${MAX_SELECTIONS} selections.`;
      throw refusal('MAX_RECURSIVE_SELECTIONS_LIMIT', `${message} Select less, or remove @defer.`);
    }
    if (selection.kind === Kind.FIELD) {
      return [selection.selectionSet ? { ...selection, selectionSet: inSet(selection.selectionSet) } : selection];
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (!fragment) return [];
    const directives = identify(selection.directives);
    const { typeCondition, selectionSet } = fragment;
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, directives, selectionSet: inSet(selectionSet) }];
  };
  const inSet = (set: SelectionSetNode): SelectionSetNode => ({ ...set, selections: set.selections.flatMap(writeOut) });
  return inSet;
}

function withLabel(directive: DirectiveNode, label: string): DirectiveNode {
  const others = directive.arguments?.filter(({ name }) => name.value !== 'label') ?? [];
  const argument: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: 'label' },
    value: { kind: Kind.STRING, value: label },
  };
  return { ...directive, arguments: [...others, argument] };
}
