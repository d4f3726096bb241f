import type { FetchNode, PlanNode } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  getNamedType,
  isCompositeType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';
import { compilePlan } from '../plan/compile.ts';
import type { PlanStep } from '../plan/execution.ts';
import { orderMutation, splitFields } from '../plan/mutation.order.ts';
import { collectFields } from '../plan/selection.ts';
import { collectFragments, findOperation } from '../request/document.ts';
import type { LoadedSupergraph } from './supergraph.ts';

/** One root field of a mutation, planned by itself. */
export interface MutationField {
  /** In the client's answer. */
  readonly clientKey: string;
  /** In the plan's data. */
  readonly planKey: string;
  /** Whether a subgraph that may sign the client in resolves it. */
  readonly maySignIn: boolean;
  readonly plan: PlanNode;
  /** Runs the mutation's own fetch. */
  readonly first: PlanStep;
  /** Fetches what other subgraphs add; null where nothing is. */
  readonly completion: PlanStep | null;
  /** Only what the first fetch asks of a value that another plan's first fetch brought. */
  readonly pick: (value: unknown) => unknown;
}

/** A mutation whose fields may sign the client in: each runs as the viewer that the fields before it have left. */
export interface SignInPlan {
  /** All fields, in order, whoever the viewer is: a sign-in decides who may see what it answers. */
  readonly all: readonly MutationField[];
  /** What is left of them for the viewer, by `planKey`. */
  readonly allowed: ReadonlyMap<string, MutationField>;
  /** Whether the viewer may ask for a root field at all, by `planKey`. */
  readonly mayAsk: (planKey: string) => boolean;
}

export interface SignInRules {
  /** Subgraphs whose mutations may sign the client in. */
  readonly subgraphs: ReadonlySet<string>;
  /** Whether the viewer may ask for anything of a document. */
  readonly mayAsk: (document: DocumentNode) => boolean;
}

export interface SignInPlanning {
  readonly name: string | null;
  readonly supergraph: LoadedSupergraph;
  readonly rules: SignInRules;
  readonly planOf: (document: DocumentNode) => readonly PlanNode[];
}

/**
 * Null for a mutation that none of those subgraphs resolves a field of.
 * @param document as the client asked it
 * @param allowed what of it the viewer may ask; the document itself where that is all
 */
export function planSignIn(
  document: DocumentNode,
  allowed: DocumentNode | null,
  planning: SignInPlanning,
): SignInPlan | null {
  const { name, supergraph, rules } = planning;
  const ordered = orderMutation(document, name, supergraph.apiSchema);
  const fields = rootFieldsOf(ordered, name);
  if (!fields.some((field) => maySignIn(field, planning))) return null;
  const all = planFields(ordered, planning);
  const isWhole = allowed === document;
  const left = isWhole ? all : allowed ? planFields(orderMutation(allowed, name, supergraph.apiSchema), planning) : [];
  const mayAskByKey = new Map<string, boolean>();
  return {
    all,
    allowed: new Map(left.map((field) => [field.planKey, field])),
    mayAsk(planKey) {
      let may = mayAskByKey.get(planKey);
      if (may === undefined) {
        const field = fields.find((each) => supergraph.responseKeys.planKey(each) === planKey);
        may = isWhole || (field !== undefined && rules.mayAsk(toProbe(ordered, name, field)));
        mayAskByKey.set(planKey, may);
      }
      return may;
    },
  };
}

function rootFieldsOf(document: DocumentNode, name: string | null): FieldNode[] {
  const { selections } = findOperation(document, name).selectionSet;
  return selections.filter(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value !== '__typename',
  );
}

function maySignIn({ name }: FieldNode, { supergraph, rules }: SignInPlanning): boolean {
  const type = supergraph.apiSchema.getMutationType()?.name ?? '';
  return supergraph.subgraphsOf(type, name.value).some((subgraph) => rules.subgraphs.has(subgraph));
}

function planFields(ordered: DocumentNode, planning: SignInPlanning): MutationField[] {
  const { name, supergraph } = planning;
  return splitFields(ordered, name).flatMap((document): MutationField[] => {
    const [field] = rootFieldsOf(document, name);
    const [plan] = field ? planning.planOf(document) : [];
    if (!field || !plan) return [];
    const { first, completion } = splitPlan(plan);
    return [
      {
        clientKey: (field.alias ?? field.name).value,
        planKey: supergraph.responseKeys.planKey(field),
        maySignIn: maySignIn(field, planning),
        plan,
        first: compilePlan(first, supergraph.types),
        completion: completion && compilePlan(completion, supergraph.types),
        pick: first.kind === 'Fetch' ? createPick(first, supergraph) : (value) => value,
      },
    ];
  });
}

/** A mutation's plan begins with the fetch that does it. */
function splitPlan(plan: PlanNode): { readonly first: PlanNode; readonly completion: PlanNode | null } {
  if (plan.kind !== 'Sequence') return { first: plan, completion: null };
  const [first, ...others] = plan.nodes;
  return first ? { first, completion: { kind: 'Sequence', nodes: others } } : { first: plan, completion: null };
}

/** The field and nothing below it, to see whether the viewer may ask for it. */
function toProbe(document: DocumentNode, name: string | null, field: FieldNode): DocumentNode {
  const operation = findOperation(document, name);
  const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
  const selectionSet: SelectionSetNode = { kind: Kind.SELECTION_SET, selections: [typename] };
  const probe = field.selectionSet ? { ...field, selectionSet } : field;
  return {
    kind: Kind.DOCUMENT,
    definitions: [{ ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: [probe] } }],
  };
}

function createPick({ operation }: FetchNode, { apiSchema }: LoadedSupergraph): (value: unknown) => unknown {
  const document = parse(operation, { noLocation: true });
  const scope = { schema: apiSchema, fragments: collectFragments(document) };
  const pick = (value: unknown, sets: readonly SelectionSetNode[], type: GraphQLCompositeType): unknown => {
    if (Array.isArray(value)) return value.map((item) => pick(item, sets, type));
    if (typeof value !== 'object' || value === null) return value;
    const object = value as Record<string, unknown>;
    const named = typeof object.__typename === 'string' ? apiSchema.getType(object.__typename) : undefined;
    const runtimeType = isCompositeType(named) ? named : type;
    const picked: [string, unknown][] = [];
    for (const [key, nodes] of collectFields(sets, runtimeType, scope)) {
      if (!Object.hasOwn(object, key)) continue;
      const field = 'getFields' in runtimeType ? runtimeType.getFields()[nodes[0]?.name.value ?? ''] : undefined;
      const fieldType = field && getNamedType(field.type);
      const inner = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      picked.push([key, isCompositeType(fieldType) ? pick(object[key], inner, fieldType) : object[key]]);
    }
    return Object.fromEntries(picked);
  };
  const [definition] = document.definitions;
  const root = apiSchema.getMutationType();
  if (definition?.kind !== Kind.OPERATION_DEFINITION || !root) return (value) => value;
  const [field] = collectFields([definition.selectionSet], root, scope).values();
  const type = getNamedType(root.getFields()[field?.[0]?.name.value ?? '']?.type);
  const sets = (field ?? []).flatMap(({ selectionSet }) => selectionSet ?? []);
  return (value) => (isCompositeType(type) ? pick(value, sets, type) : value);
}
