import {
  type GraphQLInputType,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  OperationTypeNode,
  print,
  typeFromAST,
  validate,
} from 'graphql';
import { describe, InputSchemas, toDefault } from './input.schema.ts';
import { readComment } from './node.comment.ts';
import { type FoundOperation, findOperations } from './operation.files.ts';
import type { ArgumentsSchema, JsonSchema, OperationFile, Tool, ToolProblem, ToolRules } from './tool.ts';
import { describeVariables } from './variable.uses.ts';

export interface ToolRegistryOptions {
  /** The schema that callers see. */
  readonly schema: GraphQLSchema;
  readonly files: readonly OperationFile[];
  readonly allowsMutations: boolean;
  /** JSON Schemas of custom scalars, by name. Default: any value. */
  readonly scalars?: Readonly<Record<string, JsonSchema>>;
  /** By operation name. Default: none. */
  readonly rules?: Readonly<Record<string, ToolRules>>;
}

/** The one list of tools that models may call: as an MCP server shows them, or as a model's own tool calls. */
export interface ToolRegistry {
  /** In the order of the files, by name. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** What was left out, and why. */
  readonly problems: readonly ToolProblem[];
}

/** Enough of what is wrong with one operation. */
const MAX_ERRORS = 3;

/**
 * Makes a tool of each operation that fits the schema. An operation that does not is a problem and is left out, so that a
 * new schema takes away only what it breaks.
 */
export function createToolRegistry(options: ToolRegistryOptions): ToolRegistry {
  const { files, rules = {} } = options;
  const { operations, problems: found } = findOperations(files);
  const problems = [...found];
  const tools = new Map<string, Tool>();
  for (const operation of operations) {
    const rule = rules[operation.name];
    if (rule?.enabled === false) continue;
    const refusal = findRefusal(operation, rule, options);
    if (refusal) problems.push({ file: operation.file, operation: operation.name, message: refusal });
    else tools.set(operation.name, toTool(operation, rule, options));
  }
  const names = new Set(operations.map(({ name }) => name));
  for (const name of Object.keys(rules).filter((known) => !names.has(known)))
    problems.push({
      file: '',
      operation: name,
      message: 'There are rules for it, but no file has an operation of this name.',
    });
  return { tools, problems };
}

/** Null for an operation that fits. */
function findRefusal(
  { operation, document }: FoundOperation,
  rule: ToolRules | undefined,
  { schema, allowsMutations }: ToolRegistryOptions,
): string | null {
  const errors = validate(schema, document, undefined, { maxErrors: MAX_ERRORS });
  if (errors.length > 0) {
    const messages = errors.map(({ message, locations: [at] = [] }) => (at ? `${message} (line ${at.line})` : message));
    return `It does not fit the schema: ${messages.join(' ')}`;
  }
  if (operation.operation === OperationTypeNode.MUTATION && !allowsMutations)
    return 'It is a mutation, and mutations are not allowed here.';
  const variables = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const unknown = rule?.generate.find((name) => !variables.has(name));
  return unknown === undefined ? null : `Its rules name the variable $${unknown}, which it does not have.`;
}

function toTool(found: FoundOperation, rule: ToolRules | undefined, options: ToolRegistryOptions): Tool {
  const { name, file, operation, document } = found;
  const generated = rule?.generate ?? [];
  return {
    name,
    file,
    kind: operation.operation,
    query: print(document),
    generated,
    description: rule?.description ?? readComment(operation) ?? describeRoots(found, options.schema),
    inputSchema: toArgumentsSchema(found, new Set(generated), options),
  };
}

/** What the schema says of the operation's root fields. */
function describeRoots({ operation, name }: FoundOperation, schema: GraphQLSchema): string {
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  const texts = operation.selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? fields[selection.name.value]?.description : null,
  );
  return texts.filter(Boolean).join('\n') || `The ${operation.operation} ${name}.`;
}

function toArgumentsSchema(
  { operation: { variableDefinitions = [] }, document }: FoundOperation,
  generated: ReadonlySet<string>,
  { schema, scalars = {} }: ToolRegistryOptions,
): ArgumentsSchema {
  const schemas = new InputSchemas(scalars);
  const uses = describeVariables(schema, document);
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const definition of variableDefinitions) {
    const name = definition.variable.name.value;
    // Validation has made sure that it is an input type.
    const type = typeFromAST(schema, definition.type as never) as unknown as GraphQLInputType;
    const written = readComment(definition) ?? uses.get(name);
    const isGenerated = generated.has(name);
    const text = isGenerated ? [written, 'Left out: a random UUID.'].filter(Boolean).join('\n') : written;
    properties[name] = describe(schemas.toSchema(type), text, toDefault(definition.defaultValue));
    if (isNonNullType(type) && !definition.defaultValue && !isGenerated) required.push(name);
  }
  const { definitions } = schemas;
  return {
    type: 'object',
    properties,
    ...(required.length > 0 && { required }),
    additionalProperties: false,
    ...(Object.keys(definitions).length > 0 && { $defs: definitions }),
  };
}
