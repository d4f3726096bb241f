import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { ExactNumber } from './exact.json.ts';

type Values = Record<string, unknown>;

export interface FittedInputs {
  /** For graphql-js: a double in the place of each number that a double does not hold, but in custom scalars. */
  readonly rounded: Values;
  /** For subgraphs: each number with all its digits; as an ID it is a text. */
  readonly sent: Values;
}

/**
 * Makes numbers that a double does not hold fit the types that graphql-js coerces itself. `Int` takes none of them; `Float`
 * takes what a double comes near to, and `ID` takes integers (specification 3.5).
 *
 * @returns null where there are none, or only in custom scalars
 */
export function fitExactNumbers(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  inputs: Values,
): FittedInputs | null {
  let isFitted = false;
  const fitNumber = (value: ExactNumber, type: GraphQLInputType): [rounded: unknown, sent: unknown] => {
    isFitted = true;
    const text = value.toString();
    if ('name' in type && type.name === 'ID' && /^-?\d+$/.test(text)) return [text, text];
    return [value.toNumber(), value];
  };
  const fit = (value: unknown, type: GraphQLInputType): [rounded: unknown, sent: unknown] => {
    if (typeof value !== 'object' || value === null) return [value, value];
    if (isNonNullType(type)) return fit(value, type.ofType);
    if (Array.isArray(value)) {
      const pairs = value.map((item) => fit(item, isListType(type) ? type.ofType : type));
      return [pairs.map(([rounded]) => rounded), pairs.map(([, sent]) => sent)];
    }
    if (isListType(type)) return fit(value, type.ofType);
    if (value instanceof ExactNumber) {
      const isCustom = isScalarType(type) && !isSpecifiedScalarType(type);
      return isCustom ? [value, value] : fitNumber(value, type);
    }
    if (!isInputObjectType(type)) return [value, value];
    const fields = type.getFields();
    const fitted = Object.entries(value).map(([name, inner]): [string, [unknown, unknown]] => {
      const field = fields[name];
      return [name, field ? fit(inner, field.type) : [inner, inner]];
    });
    return [
      Object.fromEntries(fitted.map(([name, [rounded]]) => [name, rounded])),
      Object.fromEntries(fitted.map(([name, [, sent]]) => [name, sent])),
    ];
  };

  const rounded: Values = { ...inputs };
  const sent: Values = { ...inputs };
  for (const { variable, type } of definitions) {
    const { value: name } = variable.name;
    const inputType = typeFromAST(schema, type as never) as GraphQLInputType | undefined;
    if (inputType && Object.hasOwn(inputs, name)) [rounded[name], sent[name]] = fit(inputs[name], inputType);
  }
  return isFitted ? { rounded, sent } : null;
}
