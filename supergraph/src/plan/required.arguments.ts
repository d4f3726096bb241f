import type { Schema } from '@apollo/federation-internals';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  type InlineFragmentNode,
  isAbstractType,
  isCompositeType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFragments } from '../request/document.ts';
import { refusal } from '../request/refusal.ts';
import { collectDemands, type Demands } from './argument.demands.ts';

/**
 * Splits an operation whose fields require the same field of an object with different arguments. One plan would fetch that
 * field once, with the arguments of one requirement. The parts are planned separately, and together select the same fields
 * as the operation.
 * @throws RefusedRequestError for a field that requires, directly or through others, one field with different arguments
 */
export type SplitByArguments = (document: DocumentNode) => readonly DocumentNode[];

export function createSplitByArguments(fullSchema: Schema, apiSchema: GraphQLSchema): SplitByArguments {
  const demands = collectDemands(fullSchema);
  if (demands.size === 0) return (document) => [document];
  return (document) => {
    const split = new ArgumentSplit(document, demands, apiSchema);
    const definitions = document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? { definition, assigned: split.assign(definition.selectionSet, apiSchema.getRootType(definition.operation)) }
        : { definition, assigned: null },
    );
    if (split.count < 2) return [document];
    return Array.from({ length: split.count }, (_, part) => ({
      ...document,
      definitions: definitions.flatMap(({ definition, assigned }) =>
        assigned ? { ...definition, selectionSet: toSelectionSet(assigned, part) } : [],
      ),
    }));
  };
}

/** A selection and the part that it belongs to. A fragment belongs to the parts of its fields. */
interface AssignedSelection {
  readonly node: FieldNode | InlineFragmentNode;
  readonly part: number;
  readonly children: readonly AssignedSelection[] | null;
}

/** Texts of required fields with their arguments, by path: `books/Book:weight` -> `weight(unit: "g")`. */
type RequiredTexts = ReadonlyMap<string, string>;

/** The position of a selection set. */
interface SelectionPosition {
  /** Keys from the root to the object, each followed by a slash. */
  readonly path: string;
  /** The part that selects the object. */
  readonly part: number;
  /** Texts that the fields on the path to the object require. */
  readonly texts: RequiredTexts;
}

class ArgumentSplit {
  readonly #parts: Map<string, string>[] = [new Map()];
  readonly #fragments;

  constructor(
    document: DocumentNode,
    private readonly demands: ReadonlyMap<string, Demands>,
    private readonly schema: GraphQLSchema,
  ) {
    this.#fragments = collectFragments(document);
  }

  get count(): number {
    return this.#parts.length;
  }

  assign(
    { selections }: SelectionSetNode,
    type: GraphQLCompositeType | null | undefined,
    position: SelectionPosition = { path: '', part: 0, texts: new Map() },
  ): AssignedSelection[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return this.#assignField(selection, type, position);
      const fragment = this.#toInline(selection);
      const condition = fragment.typeCondition ? this.schema.getType(fragment.typeCondition.name.value) : type;
      const children = this.assign(fragment.selectionSet, isCompositeType(condition) ? condition : null, position);
      return { node: fragment, part: position.part, children };
    });
  }

  #assignField(
    node: FieldNode,
    type: GraphQLCompositeType | null | undefined,
    { path, part: parentPart, texts: parentTexts }: SelectionPosition,
  ): AssignedSelection {
    const name = node.name.value;
    const demands = this.#demandsOf(type, name);
    let part = parentPart;
    let texts = parentTexts;
    if (demands.length) {
      const combined = new Map(parentTexts);
      for (const demand of demands) for (const [at, text] of demand.texts) combined.set(path + at, text);
      texts = combined;
      part = this.#partFor(texts);
    }
    if (!node.selectionSet) return { node, part, children: null };
    const definition = type && 'getFields' in type ? type.getFields()[name] : undefined;
    const inner = getNamedType(definition?.type);
    const position = { path: `${path}${(node.alias ?? node.name).value}/`, part, texts };
    return { node, part, children: this.assign(node.selectionSet, isCompositeType(inner) ? inner : null, position) };
  }

  #demandsOf(type: GraphQLCompositeType | null | undefined, field: string): Demands[] {
    if (!type) return [];
    // A subgraph may have the field on an @interfaceObject.
    const related = isAbstractType(type) ? this.schema.getPossibleTypes(type) : type.getInterfaces();
    return [type, ...related].flatMap(({ name }) => {
      const demands = this.demands.get(`${name}.${field}`);
      if (demands?.isContradictory) throw refusal('REQUIRED_ARGUMENTS_CONFLICT', toContradiction(name, field));
      return demands ?? [];
    });
  }

  /** Finds the first part without a different text at the same path, and adds the texts to it. */
  #partFor(texts: RequiredTexts): number {
    const entries = [...texts];
    let index = this.#parts.findIndex((part) => entries.every(([path, text]) => (part.get(path) ?? text) === text));
    if (index < 0) index = this.#parts.push(new Map()) - 1;
    for (const [path, text] of entries) this.#parts[index]?.set(path, text);
    return index;
  }

  #toInline(selection: Exclude<SelectionNode, FieldNode>): InlineFragmentNode {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
    const definition = this.#fragments.get(selection.name.value);
    if (!definition) throw new Error(`The document does not define the fragment ${selection.name.value}.`);
    const { typeCondition, selectionSet } = definition;
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives: selection.directives };
  }
}

/** The selections of one part, with the fields and fragments around them. */
function toSelectionSet(assigned: readonly AssignedSelection[], part: number): SelectionSetNode {
  return orTypename(toSelections(assigned, part));
}

function toSelections(assigned: readonly AssignedSelection[], part: number): SelectionNode[] {
  return assigned.flatMap(({ node, part: own, children }): SelectionNode[] => {
    if (!children) return own === part ? [node] : [];
    const inner = toSelections(children, part);
    const isSelected = own === part && node.kind === Kind.FIELD;
    return isSelected || inner.length ? [{ ...node, selectionSet: orTypename(inner) }] : [];
  });
}

function orTypename(selections: readonly SelectionNode[]): SelectionSetNode {
  const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return { kind: Kind.SELECTION_SET, selections: selections.length ? selections : [typename] };
}

function toContradiction(type: string, field: string): string {
  return `The field ${type}.${field} requires one field with different arguments, directly or through other fields. A plan can fetch that field with one set of arguments only.`;
}
