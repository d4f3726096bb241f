import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { getDirectiveValues } from 'graphql/execution/values.js';
import { GraphQLIncludeDirective, GraphQLSkipDirective } from 'graphql/type/directives.js';
import { type Sizing, sizeList } from './demand.list.size.ts';
import type { CostRules } from './demand.rules.ts';

type Variables = Readonly<Record<string, unknown>>;

const OPERATION_COST = { query: 0, mutation: 10, subscription: 0 } as const;
/** Root field of subgraphs that the supergraph does not have. */
const ENTITIES = '_entities';

/** An operation of a client, or one that a plan sends to a subgraph. */
export interface CostedOperation {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export interface EstimateOptions {
  /** Assumed length of lists without `@listSize`. */
  readonly listSize: number;
  /** Whether an operation is refused when it omits a slicing argument that `@listSize` requires. */
  readonly isStrict: boolean;
}

/**
 * Costs of operations by `@cost` and `@listSize`, by https://ibm.github.io/graphql-specs/cost-spec.html and with
 * Apollo Router's defaults.
 */
export class CostModel {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules;

  /** @param schema of the whole supergraph, because plans select fields that clients cannot see */
  constructor(schema: GraphQLSchema, rules: CostRules) {
    this.#schema = schema;
    this.#rules = rules;
  }

  /**
   * The estimate before execution. List lengths are those of `@listSize` or of the configuration.
   * @throws GraphQLError `COST_QUERY_PARSE_FAILURE`
   */
  estimate(costed: CostedOperation, variables: Variables, options: EstimateOptions): number {
    const root = this.#schema.getRootType(costed.operation.operation);
    if (!root) return 0;
    const walk: Walk = { ...costed, variables, estimate: options };
    const ofFields = this.#selections(walk, costed.operation.selectionSet, root, undefined, null);
    return OPERATION_COST[costed.operation.operation] + ofFields;
  }

  /** The actual cost after execution. List lengths are those of the answer. */
  measure(costed: CostedOperation, variables: Variables, data: unknown): number {
    const root = this.#schema.getRootType(costed.operation.operation);
    if (!root || typeof data !== 'object' || data === null) return 0;
    return this.#selections({ ...costed, variables, estimate: null }, costed.operation.selectionSet, root, data, null);
  }

  #selections(
    walk: Walk,
    set: SelectionSetNode,
    parent: GraphQLNamedType,
    data: unknown,
    sizing: Sizing | null,
  ): number {
    let cost = 0;
    for (const selection of set.selections) {
      if (!isIncluded(selection, walk.variables)) continue;
      if (selection.kind === Kind.FIELD) {
        cost += walk.estimate
          ? this.#estimateField(walk, walk.estimate, selection, parent, sizing)
          : this.#measureField(walk, selection, parent, data);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : walk.fragments.get(selection.name.value);
      const condition = fragment?.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
      if (!fragment || (!walk.estimate && !mayBe(data, condition, this.#schema))) continue;
      cost += this.#selections(walk, fragment.selectionSet, condition ?? parent, data, sizing);
    }
    return cost;
  }

  #estimateField(
    walk: Walk,
    estimate: EstimateOptions,
    node: FieldNode,
    parent: GraphQLNamedType,
    above: Sizing | null,
  ): number {
    const name = node.name.value;
    if (name === ENTITIES && node.selectionSet) {
      return estimate.listSize * (1 + this.#selections(walk, node.selectionSet, parent, undefined, null));
    }
    const field = findField(parent, name);
    if (!field) return 0;
    const coordinate = `${parent.name}.${name}`;
    const type = getNamedType(field.type);
    const listSize = this.#rules.listSizes.get(coordinate);
    const own = listSize && sizeList(listSize, coordinate, field, node, walk.variables, estimate.isStrict);
    const named = above?.fields?.lists.has(name) ? above.size : null;
    const items = isList(field.type) ? (named ?? own?.size ?? estimate.listSize) : 1;
    const below = own ?? descend(above, name);
    const ofSelections =
      node.selectionSet && isCompositeType(type)
        ? this.#selections(walk, node.selectionSet, type, undefined, below)
        : 0;
    return items * (this.#weigh(coordinate, type) + ofSelections) + this.#arguments(walk, coordinate, field, node);
  }

  #measureField(walk: Walk, node: FieldNode, parent: GraphQLNamedType, data: unknown): number {
    const name = node.name.value;
    const value = (data as Record<string, unknown>)[node.alias?.value ?? name];
    if (value === undefined) return 0;
    const isEntities = name === ENTITIES && node.selectionSet !== undefined;
    const field = isEntities ? undefined : findField(parent, name);
    if (!field && !isEntities) return 0;
    const coordinate = `${parent.name}.${name}`;
    const type = field ? getNamedType(field.type) : parent;
    const weight = field ? this.#weigh(coordinate, type) : 1;
    const explicit = field ? (this.#rules.fields.get(coordinate) ?? this.#rules.types.get(type.name) ?? 0) : 0;
    let cost = field ? this.#arguments(walk, coordinate, field, node) : 0;
    for (const item of flatten(value)) {
      if (typeof item !== 'object' || item === null) cost += explicit;
      else cost += weight + (node.selectionSet ? this.#selections(walk, node.selectionSet, type, item, null) : 0);
    }
    return cost;
  }

  #weigh(coordinate: string, type: GraphQLNamedType): number {
    return this.#rules.fields.get(coordinate) ?? this.#rules.types.get(type.name) ?? (isCompositeType(type) ? 1 : 0);
  }

  #arguments({ variables }: Walk, coordinate: string, field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    let cost = 0;
    for (const { name, value } of node.arguments ?? []) {
      const argument = field.args.find((known) => known.name === name.value);
      if (argument) cost += this.#input(`${coordinate}(${name.value}:)`, argument.type, value, variables);
    }
    return cost;
  }

  /** The cost of an input value: `@cost` of its argument or input field, else of its type, else 1 for an object. */
  #input(coordinate: string, type: GraphQLInputType, value: ValueNode, variables: Variables): number {
    if (value.kind === Kind.VARIABLE) return this.#inputValue(coordinate, type, variables[value.name.value]);
    if (value.kind === Kind.NULL) return 0;
    const named = getNamedType(type);
    const own = this.#rules.fields.get(coordinate) ?? this.#rules.types.get(named.name);
    if (value.kind === Kind.LIST) {
      return value.values.reduce((sum, item) => sum + this.#input(coordinate, type, item, variables), own ?? 0);
    }
    if (value.kind !== Kind.OBJECT || !isInputObjectType(named)) return own ?? 0;
    let cost = own ?? 1;
    for (const field of value.fields) {
      const declared = named.getFields()[field.name.value];
      if (declared) cost += this.#input(`${named.name}.${field.name.value}`, declared.type, field.value, variables);
    }
    return cost;
  }

  #inputValue(coordinate: string, type: GraphQLInputType, value: unknown): number {
    if (value === null || value === undefined) return 0;
    const named = getNamedType(type);
    const own = this.#rules.fields.get(coordinate) ?? this.#rules.types.get(named.name);
    if (Array.isArray(value)) {
      return value.reduce<number>((sum, item) => sum + this.#inputValue(coordinate, type, item), own ?? 0);
    }
    if (typeof value !== 'object' || !isInputObjectType(named)) return own ?? 0;
    let cost = own ?? 1;
    for (const [name, inner] of Object.entries(value)) {
      const declared = named.getFields()[name];
      if (declared) cost += this.#inputValue(`${named.name}.${name}`, declared.type, inner);
    }
    return cost;
  }
}

interface Walk extends CostedOperation {
  readonly variables: Variables;
  /** Null when lists are counted in the answer. */
  readonly estimate: EstimateOptions | null;
}

function descend(above: Sizing | null, name: string): Sizing | null {
  const fields = above?.fields?.below.get(name);
  return fields ? { size: above?.size ?? null, fields } : null;
}

function findField(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

function isIncluded(node: SelectionSetNode['selections'][number], variables: Variables): boolean {
  if (!node.directives?.length) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}

function isList(type: unknown): boolean {
  return isNonNullType(type) ? isList(type.ofType) : isListType(type);
}

function flatten(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(flatten) : [value];
}

/** Whether an object of the answer may be of a type: true unless its `__typename` names another. */
function mayBe(data: unknown, type: GraphQLNamedType | undefined | null, schema: GraphQLSchema): boolean {
  const typename = (data as { __typename?: unknown } | null)?.__typename;
  if (!type || typeof typename !== 'string' || typename === type.name) return true;
  const actual = schema.getType(typename);
  return isInterfaceType(type) && isObjectType(actual) && schema.isSubType(type, actual);
}
