import {
  baseType,
  type CompositeType,
  isAbstractType,
  isCompositeType,
  possibleRuntimeTypes,
  type Schema,
  type Subgraph,
  type Subgraphs,
} from '@apollo/federation-internals';
import type { PlanNode, QueryPlanSelectionNode, SubscriptionNode } from '@apollo/query-planner';
import { type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import { collectProvided, type FieldRequirements, mayBeSame, type RequiredNode } from './field.requirements.ts';
import { type PlannedFetch, PlanTrace, toFragment } from './plan.trace.ts';
import type { TypeIndex } from './type.index.ts';

/** @returns a field that a plan fetches from a subgraph that cannot resolve it there; null if there is none */
export type RequirementCheck = (plan: PlanNode | SubscriptionNode) => string | null;

/**
 * A field with `@requires` is fetched correctly in two cases: if the representations contain its required fields, and these
 * were fetched before; or if its subgraph resolves the required fields itself.
 */
export function createRequirementCheck(
  requirements: FieldRequirements,
  subgraphs: Subgraphs,
  supergraph: Schema,
  types: TypeIndex,
): RequirementCheck {
  const checks = new Map(
    [...subgraphs].map((subgraph) => [
      subgraph.name,
      new FetchCheck(subgraph, requirements.get(subgraph.name), collectProvided(subgraph), supergraph, types),
    ]),
  );
  return (plan) => {
    const trace = new PlanTrace(plan, types);
    for (const fetch of trace.fetches) {
      const premature = checks.get(fetch.node.serviceName)?.findPremature(fetch, trace);
      if (premature) return premature;
    }
    return null;
  };
}

const FRAGMENT = '... on ';

/** An object in a fetch's answer. */
interface SelectedObject {
  /** Whether the fetch has a representation of it. */
  readonly isEntity: boolean;
  /** Fields of other subgraphs that are provided with it (`@provides`). */
  readonly provided: readonly RequiredNode[];
}

class FetchCheck {
  constructor(
    private readonly subgraph: Subgraph,
    private readonly requirements: ReadonlyMap<string, readonly RequiredNode[]> | undefined,
    private readonly provided: ReadonlyMap<string, readonly RequiredNode[]>,
    private readonly supergraph: Schema,
    private readonly types: TypeIndex,
  ) {}

  findPremature(fetch: PlannedFetch, trace: PlanTrace): string | null {
    const { selectionSet } = fetch;
    const isEntity = Boolean(fetch.node.requires?.length);
    const root = isEntity ? undefined : this.#schema.schemaDefinition.root(fetch.node.operationKind)?.type;
    return this.#visit(selectionSet, root, { isEntity, provided: [] }, fetch, trace);
  }

  get #schema(): Schema {
    return this.subgraph.schema;
  }

  #visit(
    { selections }: SelectionSetNode,
    type: CompositeType | undefined,
    object: SelectedObject,
    fetch: PlannedFetch,
    trace: PlanTrace,
  ): string | null {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const premature = type ? this.#visitField(selection, type, object, fetch, trace) : null;
        if (premature) return premature;
        continue;
      }
      const fragment = toFragment(selection, fetch);
      const condition = fragment?.typeCondition?.name.value;
      const narrowed = condition === undefined ? type : this.#schema.type(condition);
      const premature = fragment && this.#visit(fragment.selectionSet, toComposite(narrowed), object, fetch, trace);
      if (premature) return premature;
    }
    return null;
  }

  #visitField(
    { name: { value: name }, selectionSet }: FieldNode,
    type: CompositeType,
    object: SelectedObject,
    fetch: PlannedFetch,
    trace: PlanTrace,
  ): string | null {
    const place = `${type.name}.${name} of '${this.subgraph.name}' at '${fetch.path.join('.')}'`;
    if (!this.#isResolvable(type, name, object)) return place;
    for (const owner of isAbstractType(type) ? [type, ...possibleRuntimeTypes(type)] : [type]) {
      const missing = (this.requirements?.get(`${owner.name}.${name}`) ?? []).filter(
        (node) => !this.#isAtHand(node, owner.name, object.provided),
      );
      if (missing.length && !(object.isEntity && this.#isRepresented(missing, owner.name, fetch, trace))) return place;
    }
    const field = selectionSet && 'field' in type ? type.field(name) : undefined;
    const inner = field?.type ? toComposite(baseType(field.type)) : undefined;
    if (!selectionSet || !field || !inner) return null;
    const provided = [
      ...(this.provided.get(field.coordinate) ?? []),
      ...object.provided.filter((node) => node.name === name).flatMap(({ children }) => children),
    ];
    return this.#visit(selectionSet, inner, { isEntity: false, provided }, fetch, trace);
  }

  /** Whether the subgraph can resolve a field. It cannot resolve an external field unless the field is provided. */
  #isResolvable(type: CompositeType, name: string, object: SelectedObject): boolean {
    const field = 'field' in type ? type.field(name) : undefined;
    if (!field || !this.subgraph.metadata().isFieldExternal(field as never)) return true;
    return object.provided.some((node) => node.name === name || node.name === null);
  }

  /** Whether the subgraph resolves a required field itself. @param provided other subgraphs' fields that are provided with the object */
  #isAtHand(required: RequiredNode, type: string, provided: readonly RequiredNode[]): boolean {
    const { name, children } = required;
    if (name === null) return children.every((child) => this.#isAtHand(child, required.type, provided));
    const composite = toComposite(this.#schema.type(type));
    const field = composite && 'field' in composite ? composite.field(name) : undefined;
    const matching = provided.filter((node) => node.name === name);
    if (field && matching.length === 0 && this.subgraph.metadata().isFieldExternal(field as never)) return false;
    const nested = [
      ...matching.flatMap((node) => node.children),
      ...((field && this.provided.get(field.coordinate)) ?? []),
    ];
    return children.every((child) => this.#isAtHand(child, required.type, nested));
  }

  /** Whether the representations of a type, if there are any, contain the required fields. */
  #isRepresented(nodes: readonly RequiredNode[], type: string, fetch: PlannedFetch, trace: PlanTrace): boolean {
    const abstract = this.supergraph.type(type);
    const names =
      abstract && isAbstractType(abstract) ? possibleRuntimeTypes(abstract).map(({ name }) => name) : [type];
    return names.every((name) => {
      const selections = (fetch.node.requires ?? []).filter(
        (node) =>
          node.kind === 'InlineFragment' && (!node.typeCondition || this.types.isOfType(name, node.typeCondition)),
      );
      if (selections.length === 0) return true;
      if (this.#isEnteredAsInterface(name, fetch)) return false;
      return nodes.every((node) => this.#isIn(node, name, selections)) && trace.isFetchedBefore(fetch, nodes, name);
    });
  }

  /** A subgraph that is entered by an interface's key finds the object itself: it does not receive the fields that the object's type requires. */
  #isEnteredAsInterface(name: string, { node }: PlannedFetch): boolean {
    return (node.inputRewrites ?? []).some((rewrite) => {
      if (rewrite.kind !== 'ValueSetter' || rewrite.setValueTo === name) return false;
      const [condition = ''] = rewrite.path;
      const isMet = condition.startsWith(FRAGMENT) && this.types.isOfType(name, condition.slice(FRAGMENT.length));
      return isMet && this.#schema.type(rewrite.setValueTo)?.kind === 'InterfaceType';
    });
  }

  #isIn(required: RequiredNode, type: string, selections: readonly QueryPlanSelectionNode[]): boolean {
    if (required.name === null) return required.children.every((child) => this.#isIn(child, required.type, selections));
    let isSelected = false;
    const nested: QueryPlanSelectionNode[] = [];
    const visit = (nodes: readonly QueryPlanSelectionNode[]) => {
      for (const node of nodes) {
        if (node.kind === 'InlineFragment') {
          if (!node.typeCondition || mayBeSame(type, node.typeCondition, this.types)) visit(node.selections);
        } else if (node.name === required.name) {
          isSelected = true;
          nested.push(...(node.selections ?? []));
        }
      }
    };
    visit(selections);
    return isSelected && required.children.every((child) => this.#isIn(child, required.type, nested));
  }
}

function toComposite(type: unknown): CompositeType | undefined {
  return type && isCompositeType(type as never) ? (type as CompositeType) : undefined;
}
