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
  /** Fetches the fields of other subgraphs; null when there are none. */
  readonly completion: PlanStep | null;
  /** Reduces a value from another plan's first fetch to what this plan's first fetch selects. */
  readonly pick: (value: unknown) => unknown;
}

/** A mutation whose fields may sign the client in or out. Each field runs as the viewer of that moment. */
export interface SignInPlan {
  /** All fields, in order, authorized or not: the result of a sign-in is filtered for the viewer that it signs in. */
  readonly all: readonly MutationField[];
  /** The fields without what the viewer is not authorized for, by `planKey`. */
  readonly allowed: ReadonlyMap<string, MutationField>;
  /** Whether the viewer is authorized for a root field itself, by `planKey`. */
  readonly isAuthorized: (planKey: string) => boolean;
}

export interface SignInRules {
  /** Subgraphs whose mutations may sign the client in. */
  readonly subgraphs: ReadonlySet<string>;
  /** Whether the viewer is authorized for any field of a document. */
  readonly isAuthorized: (document: DocumentNode) => boolean;
}

export interface SignInPlanning {
  readonly name: string | null;
  readonly supergraph: LoadedSupergraph;
  readonly rules: SignInRules;
  readonly planOf: (document: DocumentNode) => readonly PlanNode[];
}

/**
 * Null for a mutation without a field of those subgraphs.
 * @param document as the client sent it
 * @param allowed the part of it that the viewer is authorized for; the document itself when that is the whole
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
  const authorizedByKey = new Map<string, boolean>();
  return {
    all,
    allowed: new Map(left.map((field) => [field.planKey, field])),
    isAuthorized(planKey) {
      let isAuthorized = authorizedByKey.get(planKey);
      if (isAuthorized === undefined) {
        const field = fields.find((each) => supergraph.responseKeys.planKey(each) === planKey);
        isAuthorized = isWhole || (field !== undefined && rules.isAuthorized(toProbe(ordered, name, field)));
        authorizedByKey.set(planKey, isAuthorized);
      }
      return isAuthorized;
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

/** The first node of a mutation's plan is the fetch that executes the mutation. */
function splitPlan(plan: PlanNode): { readonly first: PlanNode; readonly completion: PlanNode | null } {
  if (plan.kind !== 'Sequence') return { first: plan, completion: null };
  const [first, ...others] = plan.nodes;
  return first ? { first, completion: { kind: 'Sequence', nodes: others } } : { first: plan, completion: null };
}

/** A document with the field and nothing below it, to test whether the viewer is authorized for the field. */
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
