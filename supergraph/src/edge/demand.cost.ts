import {
  type FieldNode,
  type GraphQLField,
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
  type SelectionSetNode,
} from 'graphql';
import { getArgumentValues, getDirectiveValues } from 'graphql/execution/values.js';
import { GraphQLIncludeDirective, GraphQLSkipDirective } from 'graphql/type/directives.js';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import type { CostRules, ListSize } from './demand.rules.ts';

type Variables = Readonly<Record<string, unknown>>;

const OPERATION_COST = { query: 0, mutation: 10, subscription: 0 } as const;

/** Costs of operations in the way of https://ibm.github.io/graphql-specs/cost-spec.html, with Apollo Router's defaults. */
export class CostModel {
  readonly #schema: GraphQLSchema;
  readonly #rules: CostRules;
  readonly #defaultListSize: number;

  constructor(schema: GraphQLSchema, rules: CostRules, defaultListSize: number) {
    this.#schema = schema;
    this.#rules = rules;
    this.#defaultListSize = defaultListSize;
  }

  /** Before execution: lists are taken to be as long as `@listSize` or the configuration says. */
  estimate(operation: ParsedOperation, variables: Variables): number {
    return this.#cost(operation, variables, true, undefined);
  }

  /** After execution: lists are as long as they came. */
  measure(operation: ParsedOperation, variables: Variables, data: unknown): number {
    return this.#cost(operation, variables, false, data);
  }

  #cost(operation: ParsedOperation, variables: Variables, isEstimate: boolean, data: unknown): number {
    const root = this.#schema.getRootType(operation.operation.operation);
    if (!root) return 0;
    const walk: Walk = { operation, variables, isEstimate };
    return OPERATION_COST[operation.kind] + this.#selections(walk, operation.operation.selectionSet, root, data, null);
  }

  #selections(
    walk: Walk,
    set: SelectionSetNode,
    parent: GraphQLNamedType,
    data: unknown,
    sized: SizedFields | null,
  ): number {
    let cost = 0;
    for (const selection of set.selections) {
      if (!isIncluded(selection, walk.variables)) continue;
      if (selection.kind === Kind.FIELD) {
        cost += this.#field(walk, selection, parent, data, sized);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : walk.operation.fragments.get(selection.name.value);
      const condition = fragment?.typeCondition && this.#schema.getType(fragment.typeCondition.name.value);
      if (!fragment || (!walk.isEstimate && !mayBe(data, condition, this.#schema))) continue;
      cost += this.#selections(walk, fragment.selectionSet, condition ?? parent, data, sized);
    }
    return cost;
  }

  #field(walk: Walk, node: FieldNode, parent: GraphQLNamedType, data: unknown, sized: SizedFields | null): number {
    const name = node.name.value;
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (!field) return 0;
    const value = walk.isEstimate ? undefined : (data as Record<string, unknown> | null)?.[node.alias?.value ?? name];
    if (!walk.isEstimate && (value === null || value === undefined)) return 0;
    const coordinate = `${parent.name}.${name}`;
    const type = getNamedType(field.type);
    const own =
      this.#rules.fields.get(coordinate) ?? this.#rules.types.get(type.name) ?? (isCompositeType(type) ? 1 : 0);
    const args = getArgumentValues(field, node, walk.variables);
    const listSize = this.#rules.listSizes.get(coordinate);
    const count = listSize && sizeByArguments(listSize, args);
    const inner: SizedFields | null = listSize?.sizedFields.length
      ? { names: new Set(listSize.sizedFields), size: count ?? this.#defaultListSize }
      : null;
    const items = walk.isEstimate
      ? isList(field.type)
        ? ((sized?.names.has(name) ? sized.size : inner ? null : count) ?? this.#defaultListSize)
        : 1
      : null;

    const ofOne = (item: unknown): number =>
      own +
      (node.selectionSet && isCompositeType(type) ? this.#selections(walk, node.selectionSet, type, item, inner) : 0);
    const ofAll =
      items === null ? flatten(value).reduce<number>((sum, item) => sum + ofOne(item), 0) : items * ofOne(undefined);
    return ofAll + this.#arguments(coordinate, field, args);
  }

  #arguments(coordinate: string, field: GraphQLField<unknown, unknown>, args: Record<string, unknown>): number {
    let cost = 0;
    for (const argument of field.args) {
      if (!(argument.name in args)) continue;
      cost += this.#rules.fields.get(`${coordinate}(${argument.name}:)`) ?? 0;
      cost += this.#input(getNamedType(argument.type), args[argument.name]);
    }
    return cost;
  }

  #input(type: GraphQLNamedType, value: unknown): number {
    if (value === null || value === undefined) return 0;
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + this.#input(type, item), 0);
    if (!isInputObjectType(type)) return this.#rules.types.get(type.name) ?? 0;
    let cost = this.#rules.types.get(type.name) ?? 1;
    for (const [name, field] of Object.entries(type.getFields())) {
      const inner = (value as Record<string, unknown>)[name];
      if (inner === undefined) continue;
      cost += (this.#rules.fields.get(`${type.name}.${name}`) ?? 0) + this.#input(getNamedType(field.type), inner);
    }
    return cost;
  }
}

/** Fields below a connection that are as long as its slicing arguments say: `edges`, `nodes`. */
interface SizedFields {
  readonly names: ReadonlySet<string>;
  readonly size: number;
}

interface Walk {
  readonly operation: ParsedOperation;
  readonly variables: Variables;
  /** Otherwise the answer itself says how long its lists are. */
  readonly isEstimate: boolean;
}

function sizeByArguments({ assumedSize, slicingArguments }: ListSize, args: Record<string, unknown>): number | null {
  const given = slicingArguments.flatMap((path) => {
    const value = path
      .split('.')
      .reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], args);
    return typeof value === 'number' ? [value] : [];
  });
  return given.length > 0 ? Math.max(0, ...given) : assumedSize;
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
  if (value === null || value === undefined) return [];
  return Array.isArray(value) ? value.flatMap(flatten) : [value];
}

/** Whether an object of the answer may be of a type; it is, unless it says another. */
function mayBe(data: unknown, type: GraphQLNamedType | undefined | null, schema: GraphQLSchema): boolean {
  const typename = (data as { __typename?: unknown } | null)?.__typename;
  if (!type || typeof typename !== 'string' || typename === type.name) return true;
  const actual = schema.getType(typename);
  return isInterfaceType(type) && isObjectType(actual) && schema.isSubType(type, actual);
}
