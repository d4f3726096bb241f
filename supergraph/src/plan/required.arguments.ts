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
 * Splits an operation whose fields require the same field of an object with different arguments, which one plan would
 * fetch once, with the arguments of one of them. The parts are planned on their own; together they ask what the whole asks.
 * @throws RefusedRequestError for a field that requires, in the end, one field with different arguments
 */
export type SplitByArguments = (document: DocumentNode) => readonly DocumentNode[];

export function createSplitByArguments(fullSchema: Schema, apiSchema: GraphQLSchema): SplitByArguments {
  const demands = collectDemands(fullSchema);
  if (demands.size === 0) return (document) => [document];
  return (document) => {
    const split = new ArgumentSplit(document, demands, apiSchema);
    const definitions = document.definitions.map((definition) =>
      definition.kind === Kind.OPERATION_DEFINITION
        ? { definition, placed: split.place(definition.selectionSet, apiSchema.getRootType(definition.operation)) }
        : { definition, placed: null },
    );
    if (split.count < 2) return [document];
    return Array.from({ length: split.count }, (_, part) => ({
      ...document,
      definitions: definitions.flatMap(({ definition, placed }) =>
        placed ? { ...definition, selectionSet: toSelectionSet(placed, part) } : [],
      ),
    }));
  };
}

/** A selection, and the part that asks for it; fragments are of the parts of their fields. */
interface Placed {
  readonly node: FieldNode | InlineFragmentNode;
  readonly part: number;
  readonly children: readonly Placed[] | null;
}

/** What one part computes fields with, by path: `books/Book:weight` -> `weight(unit: "g")`. */
type Agreed = ReadonlyMap<string, string>;

/** Where a selection stands. */
interface Surroundings {
  /** Keys to the object, a slash after each. */
  readonly path: string;
  /** The part that asks for the object. */
  readonly part: number;
  /** What the way to the object is computed with. */
  readonly agreed: Agreed;
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

  place(
    { selections }: SelectionSetNode,
    type: GraphQLCompositeType | null | undefined,
    around: Surroundings = { path: '', part: 0, agreed: new Map() },
  ): Placed[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return this.#placeField(selection, type, around);
      const fragment = this.#toInline(selection);
      const condition = fragment.typeCondition ? this.schema.getType(fragment.typeCondition.name.value) : type;
      const children = this.place(fragment.selectionSet, isCompositeType(condition) ? condition : null, around);
      return { node: fragment, part: around.part, children };
    });
  }

  #placeField(
    node: FieldNode,
    type: GraphQLCompositeType | null | undefined,
    { path, part: partAround, agreed: agreedAround }: Surroundings,
  ): Placed {
    const name = node.name.value;
    const own = this.#demandsOf(type, name);
    let part = partAround;
    let agreed = agreedAround;
    if (own.length) {
      const together = new Map(agreedAround);
      for (const { texts } of own) for (const [at, text] of texts) together.set(path + at, text);
      agreed = together;
      part = this.#partFor(agreed);
    }
    if (!node.selectionSet) return { node, part, children: null };
    const definition = type && 'getFields' in type ? type.getFields()[name] : undefined;
    const inner = getNamedType(definition?.type);
    const around = { path: `${path}${(node.alias ?? node.name).value}/`, part, agreed };
    return { node, part, children: this.place(node.selectionSet, isCompositeType(inner) ? inner : null, around) };
  }

  #demandsOf(type: GraphQLCompositeType | null | undefined, field: string): Demands[] {
    if (!type) return [];
    // A subgraph may have the field on an interface that it knows as an object.
    const others = isAbstractType(type) ? this.schema.getPossibleTypes(type) : type.getInterfaces();
    return [type, ...others].flatMap(({ name }) => {
      const demands = this.demands.get(`${name}.${field}`);
      if (demands?.isContradictory) throw refusal('REQUIRED_ARGUMENTS_CONFLICT', toContradiction(name, field));
      return demands ?? [];
    });
  }

  /** The first part that agrees, from now on to this as well. */
  #partFor(agreed: Agreed): number {
    const entries = [...agreed];
    let index = this.#parts.findIndex((part) => entries.every(([path, text]) => (part.get(path) ?? text) === text));
    if (index < 0) index = this.#parts.push(new Map()) - 1;
    for (const [path, text] of entries) this.#parts[index]?.set(path, text);
    return index;
  }

  #toInline(selection: Exclude<SelectionNode, FieldNode>): InlineFragmentNode {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
    const definition = this.#fragments.get(selection.name.value);
    if (!definition) throw new Error(`There is no fragment ${selection.name.value}.`);
    const { typeCondition, selectionSet } = definition;
    return { kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet, directives: selection.directives };
  }
}

/** What one part asks, and what leads to it. */
function toSelectionSet(placed: readonly Placed[], part: number): SelectionSetNode {
  return orTypename(toSelections(placed, part));
}

function toSelections(placed: readonly Placed[], part: number): SelectionNode[] {
  return placed.flatMap(({ node, part: own, children }): SelectionNode[] => {
    if (!children) return own === part ? [node] : [];
    const inner = toSelections(children, part);
    const isAsked = own === part && node.kind === Kind.FIELD;
    return isAsked || inner.length ? [{ ...node, selectionSet: orTypename(inner) }] : [];
  });
}

function orTypename(selections: readonly SelectionNode[]): SelectionSetNode {
  const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  return { kind: Kind.SELECTION_SET, selections: selections.length ? selections : [typename] };
}

function toContradiction(type: string, field: string): string {
  return `The field ${type}.${field} is computed, by way of others, from one field with different arguments. No plan can fetch that field twice.`;
}
