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

/** The field that a plan asks of a subgraph that cannot know it there, or null when there is none. */
export type RequirementCheck = (plan: PlanNode | SubscriptionNode) => string | null;

/**
 * A field with `@requires` is asked rightly when the representations bring what it requires, which has been fetched
 * before; or when its subgraph has that at hand.
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
      const early = checks.get(fetch.node.serviceName)?.findEarly(fetch, trace);
      if (early) return early;
    }
    return null;
  };
}

const FRAGMENT = '... on ';

/** An object of a fetch's answer. */
interface SelectedObject {
  /** Whether a representation stands for it. */
  readonly isEntity: boolean;
  /** Fields of other subgraphs that come along. */
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

  findEarly(fetch: PlannedFetch, trace: PlanTrace): string | null {
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
        const early = type ? this.#visitField(selection, type, object, fetch, trace) : null;
        if (early) return early;
        continue;
      }
      const fragment = toFragment(selection, fetch);
      const condition = fragment?.typeCondition?.name.value;
      const narrowed = condition === undefined ? type : this.#schema.type(condition);
      const early = fragment && this.#visit(fragment.selectionSet, toComposite(narrowed), object, fetch, trace);
      if (early) return early;
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

  /** Whether the subgraph itself can say what a field is: others resolve an external one, unless it comes along. */
  #isResolvable(type: CompositeType, name: string, object: SelectedObject): boolean {
    const field = 'field' in type ? type.field(name) : undefined;
    if (!field || !this.subgraph.metadata().isFieldExternal(field as never)) return true;
    return object.provided.some((node) => node.name === name || node.name === null);
  }

  /** Whether the subgraph itself knows what is required. @param provided fields of others that come along with the object */
  #isAtHand(required: RequiredNode, type: string, provided: readonly RequiredNode[]): boolean {
    const { name, children } = required;
    if (name === null) return children.every((child) => this.#isAtHand(child, required.type, provided));
    const composite = toComposite(this.#schema.type(type));
    const field = composite && 'field' in composite ? composite.field(name) : undefined;
    const along = provided.filter((node) => node.name === name);
    if (field && along.length === 0 && this.subgraph.metadata().isFieldExternal(field as never)) return false;
    const nested = [
      ...along.flatMap((node) => node.children),
      ...((field && this.provided.get(field.coordinate)) ?? []),
    ];
    return children.every((child) => this.#isAtHand(child, required.type, nested));
  }

  /** Whether representations of a type, if there are any, bring what is required. */
  #isRepresented(nodes: readonly RequiredNode[], type: string, fetch: PlannedFetch, trace: PlanTrace): boolean {
    const abstract = this.supergraph.type(type);
    const names =
      abstract && isAbstractType(abstract) ? possibleRuntimeTypes(abstract).map(({ name }) => name) : [type];
    return names.every((name) => {
      const brings = (fetch.node.requires ?? []).filter(
        (node) =>
          node.kind === 'InlineFragment' && (!node.typeCondition || this.types.isOfType(name, node.typeCondition)),
      );
      if (brings.length === 0) return true;
      if (this.#isAskedAsInterface(name, fetch)) return false;
      return nodes.every((node) => this.#isIn(node, name, brings)) && trace.isFetchedBefore(fetch, nodes, name);
    });
  }

  /** A subgraph that is given an interface's key finds the object itself: what its type requires is not carried over. */
  #isAskedAsInterface(name: string, { node }: PlannedFetch): boolean {
    return (node.inputRewrites ?? []).some((rewrite) => {
      if (rewrite.kind !== 'ValueSetter' || rewrite.setValueTo === name) return false;
      const [condition = ''] = rewrite.path;
      const isMet = condition.startsWith(FRAGMENT) && this.types.isOfType(name, condition.slice(FRAGMENT.length));
      return isMet && this.#schema.type(rewrite.setValueTo)?.kind === 'InterfaceType';
    });
  }

  #isIn(required: RequiredNode, type: string, selections: readonly QueryPlanSelectionNode[]): boolean {
    if (required.name === null) return required.children.every((child) => this.#isIn(child, required.type, selections));
    let isBrought = false;
    const nested: QueryPlanSelectionNode[] = [];
    const visit = (nodes: readonly QueryPlanSelectionNode[]) => {
      for (const node of nodes) {
        if (node.kind === 'InlineFragment') {
          if (!node.typeCondition || mayBeSame(type, node.typeCondition, this.types)) visit(node.selections);
        } else if (node.name === required.name) {
          isBrought = true;
          nested.push(...(node.selections ?? []));
        }
      }
    };
    visit(selections);
    return isBrought && required.children.every((child) => this.#isIn(child, required.type, nested));
  }
}

function toComposite(type: unknown): CompositeType | undefined {
  return type && isCompositeType(type as never) ? (type as CompositeType) : undefined;
}
