import { type FieldNode, GraphQLError, type GraphQLField, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';
import type { ListSize, SizedFields } from './demand.rules.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Lengths of the lists of a field: of the field itself, or of the fields below it that its `@listSize` names. */
export interface Sizing {
  /** Null: unknown, so the default length counts. */
  readonly size: number | null;
  readonly fields: SizedFields | null;
}

/**
 * The length by `@listSize` for one selection of a field: the value of a slicing argument, or the length of a list
 * given as one. An omitted argument counts with its default. Without any of these, `assumedSize`.
 * @param isStrict whether it is an error to give none or several slicing arguments where exactly one is required
 * @throws GraphQLError `COST_QUERY_PARSE_FAILURE`
 */
export function sizeList(
  listSize: ListSize,
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
  isStrict: boolean,
): Sizing {
  const { slicingArguments, assumedSize, requireOneSlicingArgument, sizedFields: fields } = listSize;
  const sizes = slicingArguments.flatMap((path) => findSize(path, field, node, variables) ?? []);
  if (isStrict && requireOneSlicingArgument && slicingArguments.length > 0 && sizes.length !== 1) {
    throw new GraphQLError(
      `${coordinate} needs exactly one of the arguments ${slicingArguments.join(', ')}, and has ${sizes.length}.`,
      { extensions: { code: 'COST_QUERY_PARSE_FAILURE' } },
    );
  }
  return { size: sizes.length > 0 ? Math.max(...sizes) : assumedSize, fields };
}

/** @param path name of an argument, dotted into input objects */
function findSize(
  path: string,
  { args }: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
): number | undefined {
  const [name, ...inner] = path.split('.');
  const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
  const value = given && toValue(given, variables);
  const whole = value === undefined ? args.find((argument) => argument.name === name)?.defaultValue : value;
  const found = inner.reduce<unknown>(
    (outer, step) => (outer as Record<string, unknown> | null | undefined)?.[step],
    whole,
  );
  if (Array.isArray(found)) return found.length;
  return Number.isInteger(found) ? Math.max(0, found as number) : undefined;
}

/** Undefined for a variable that has no value. */
function toValue(node: ValueNode, variables: Variables): unknown {
  return node.kind === Kind.VARIABLE ? variables[node.name.value] : valueFromASTUntyped(node, { ...variables });
}
