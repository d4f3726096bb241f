import {
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getVariableValues,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { fitExactNumbers } from './exact.variables.ts';

type Values = Record<string, unknown>;

/** The variables' values, defaulted and coerced, or why they are not acceptable (specification 6.1.2). */
export type CoercedVariables =
  | {
      readonly values: Values;
      /** What was sent, where some of it had to be left out. */
      readonly inputs?: Values;
      /** What goes on to subgraphs, where it is not what the client sent: IDs that came as long numbers are texts. */
      readonly sent?: Values;
    }
  | { readonly errors: readonly GraphQLError[] };

const NONE: CoercedVariables = { values: {} };

/**
 * Compiles what an operation demands of its variables. Values that are right as they stand, the usual case, are only
 * looked at; for all other types graphql-js coerces, and words the errors.
 */
export function compileVariables(
  definitions: readonly VariableDefinitionNode[],
  schema: GraphQLSchema,
  onUnknownInput?: (message: string) => void,
): (inputs: Values) => CoercedVariables {
  if (definitions.length === 0) return () => NONE;
  const checks = definitions.map(({ variable, type }): [string, Check] => {
    const inputType = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
    return [variable.name.value, inputType ? compileCheck(inputType) : () => false];
  });
  return (inputs) => {
    const values: Values = {};
    for (const [name, isRight] of checks) {
      const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
      if (value === undefined || !isRight(value)) return coerceSlowly(schema, definitions, inputs, onUnknownInput);
      values[name] = value;
    }
    return { values };
  };
}

function coerceSlowly(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  inputs: Values,
  onUnknownInput: ((message: string) => void) | undefined,
): CoercedVariables {
  const exact = fitExactNumbers(schema, definitions, inputs);
  if (exact) {
    const result = coerceSlowly(schema, definitions, exact.rounded, onUnknownInput);
    return 'errors' in result ? result : { ...result, sent: exact.sent };
  }
  const { coerced, errors = [] } = getVariableValues(schema, definitions, inputs, { maxErrors: 50 });
  if (coerced) return { values: coerced };
  if (!onUnknownInput) return { errors };
  const known = withoutUnknown(schema, definitions, inputs, onUnknownInput);
  const again = getVariableValues(schema, definitions, known, { maxErrors: 50 });
  return again.coerced ? { values: again.coerced, inputs: known } : { errors: again.errors ?? errors };
}

/** The inputs without fields that their types do not have. */
function withoutUnknown(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  inputs: Values,
  onUnknownInput: (message: string) => void,
): Values {
  const keep = (value: unknown, type: GraphQLInputType, path: string): unknown => {
    if (isNonNullType(type)) return keep(value, type.ofType, path);
    if (isListType(type))
      return Array.isArray(value) ? value.map((item) => keep(item, type.ofType, path)) : keep(value, type.ofType, path);
    if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return value;
    const fields = type.getFields();
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => {
        const field = fields[name];
        if (field) return [[name, keep(inner, field.type, `${path}.${name}`)]];
        onUnknownInput(`Variable "$${path}" has the field "${name}", which the type "${type.name}" does not have.`);
        return [];
      }),
    );
  };
  const known: Values = { ...inputs };
  for (const { variable, type } of definitions) {
    const { value: name } = variable.name;
    const inputType = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
    if (inputType && Object.hasOwn(inputs, name)) known[name] = keep(inputs[name], inputType, name);
  }
  return known;
}

/** True only for values that need neither coercion nor defaults at their top. */
type Check = (value: unknown) => boolean;

const BUILT_IN: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['Int', (value) => typeof value === 'number' && (value | 0) === value],
  ['Float', (value) => typeof value === 'number' && Number.isFinite(value)],
  ['String', (value) => typeof value === 'string'],
  ['Boolean', (value) => typeof value === 'boolean'],
  ['ID', (value) => typeof value === 'string'],
]);

function compileCheck(type: GraphQLInputType, within = new Map<string, Check>()): Check {
  if (isNonNullType(type)) {
    const check = compileCheck(type.ofType, within);
    return (value) => value !== null && check(value);
  }
  const check = compileNullableCheck(type, within);
  return (value) => value === null || check(value);
}

function compileNullableCheck(type: GraphQLInputType, within: Map<string, Check>): Check {
  if (isListType(type)) {
    const checkItem = compileCheck(type.ofType, within);
    return (value) => Array.isArray(value) && value.every((item) => item !== undefined && checkItem(item));
  }
  if (isEnumType(type)) {
    const names: ReadonlySet<unknown> = new Set(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  if (isScalarType(type)) return BUILT_IN.get(type.name) ?? (() => true);
  if (!isInputObjectType(type) || type.isOneOf) return () => false;
  // Input objects may contain themselves: the check is known by name before its fields are compiled.
  const known = within.get(type.name);
  if (known) return known;
  let fields: ReadonlyMap<string, Check> = new Map();
  let required: readonly string[] = [];
  const check: Check = (value) => {
    if (typeof value !== 'object' || Array.isArray(value)) return false;
    for (const [name, fieldValue] of Object.entries(value as Values)) {
      if (fieldValue === undefined || !fields.get(name)?.(fieldValue)) return false;
    }
    return required.every((name) => Object.hasOwn(value as Values, name));
  };
  within.set(type.name, check);
  const declared = Object.values(type.getFields());
  fields = new Map(declared.map((field) => [field.name, compileCheck(field.type, within)]));
  required = declared
    .filter(({ type: t, defaultValue }) => isNonNullType(t) && defaultValue === undefined)
    .map(({ name }) => name);
  return check;
}
