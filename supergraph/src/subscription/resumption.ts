import { baseType, isNonNullType, type Schema } from '@apollo/federation-internals';
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  type SelectionSetNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { parseExactJson } from '../request/exact.json.ts';

/** How to go on with a subscription after its last event. */
export interface Resumption {
  /** The operation that asks for what came after a cursor. */
  readonly query: string;
  /** Variable of that operation that takes the cursor. */
  readonly variable: string;
  /** Response keys from the event's data to its cursor. */
  readonly cursorPath: readonly string[];
  /** Whether an event with data surely has a cursor. */
  readonly isAlwaysThere: boolean;
  /** Whether the cursor was added to what the client selected. */
  readonly isAdded: boolean;
}

const VARIABLE = 'resumeAfter_';
const ALIAS = 'resumeCursor_';

/**
 * Prepares a subscription to be resumed, when its field is declared `@resumable(cursor:, argument:)`.
 * @param document the operation for the subgraph
 * @returns the operation, with the cursor added where it was not selected, and how to resume; null when it cannot be
 */
export function createResumption(
  document: DocumentNode,
  schema: Schema,
): { readonly document: DocumentNode; readonly resumption: Resumption } | null {
  const operation = findSubscription(document);
  const root = operation?.selectionSet.selections[0];
  if (!operation || root?.kind !== Kind.FIELD || !root.selectionSet) return null;
  const field = schema.schemaDefinition.rootType('subscription')?.field(root.name.value);
  const declared = field?.appliedDirectivesOf('resumable')[0]?.arguments() as Declared | undefined;
  const argument = declared && field?.argument(declared.argument);
  if (!field?.type || !declared || !argument?.type) return null;

  const names = declared.cursor.split('.');
  const isAlwaysThere = isNonNullAlong(field, names);
  if (isAlwaysThere === null) return null;
  const selected = findSelected(root.selectionSet, names);
  const withCursor = selected ? root : addCursor(root, names);
  const rootKey = (root.alias ?? root.name).value;
  const argumentType = parseType(String(argument.type));
  return {
    document: replaceRoot(document, operation, withCursor, operation.variableDefinitions ?? []),
    resumption: {
      query: print(toResuming(document, operation, withCursor, declared.argument, argumentType)),
      variable: VARIABLE,
      cursorPath: [rootKey, ...(selected ?? [ALIAS, ...names.slice(1)])],
      isAlwaysThere,
      isAdded: !selected,
    },
  };
}

/** The cursor of an event, or undefined when the event has none or is not readable. */
export function readCursor(payload: string, { cursorPath }: Resumption): unknown {
  let value: unknown;
  try {
    value = (parseExactJson(payload) as { data?: unknown } | null)?.data;
  } catch {
    // The event is read once more for the client, where an unreadable one ends the stream with an error.
    return undefined;
  }
  for (const key of cursorPath) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value ?? undefined;
}

interface Declared {
  readonly cursor: string;
  readonly argument: string;
}

function findSubscription({ definitions }: DocumentNode): OperationDefinitionNode | undefined {
  return definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
}

/** Null when a name of the path is not a field. */
function isNonNullAlong(field: { readonly type?: unknown }, names: readonly string[]): boolean | null {
  let isNonNull = true;
  let type = field.type as Parameters<typeof baseType>[0];
  for (const name of names) {
    isNonNull &&= isNonNullType(type);
    const parent = baseType(type);
    const next = 'field' in parent && parent.kind !== 'UnionType' ? parent.field(name) : undefined;
    if (!next?.type) return null;
    type = next.type;
  }
  return isNonNull && isNonNullType(type);
}

/** Response keys of a path where it is selected as it is, for objects of all types. */
function findSelected({ selections }: SelectionSetNode, [name, ...rest]: readonly string[]): string[] | null {
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD || selection.name.value !== name) continue;
    if (selection.arguments?.length || selection.directives?.length) continue;
    const key = (selection.alias ?? selection.name).value;
    if (rest.length === 0) return [key];
    const below = selection.selectionSet && findSelected(selection.selectionSet, rest);
    if (below) return [key, ...below];
  }
  return null;
}

function addCursor(root: FieldNode, names: readonly string[]): FieldNode {
  const [definition] = parse(`{ ${ALIAS}: ${names.join(' { ')}${' }'.repeat(names.length - 1)} }`, {
    noLocation: true,
  }).definitions;
  const added = (definition as OperationDefinitionNode).selectionSet.selections;
  const selections = [...(root.selectionSet?.selections ?? []), ...added];
  return { ...root, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function toResuming(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  root: FieldNode,
  argument: string,
  argumentType: VariableDefinitionNode['type'],
): DocumentNode {
  const resuming: FieldNode = {
    ...root,
    arguments: [
      ...(root.arguments ?? []).filter(({ name }) => name.value !== argument),
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: argument },
        value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: VARIABLE } },
      },
    ],
  };
  const cursorVariable: VariableDefinitionNode = {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: VARIABLE } },
    type: argumentType,
  };
  const definitions = operation.variableDefinitions ?? [];
  const used = collectVariables(replaceRoot(document, operation, resuming, []));
  const still = definitions.filter(({ variable }) => used.has(variable.name.value));
  return replaceRoot(document, operation, resuming, [...still, cursorVariable]);
}

function collectVariables(document: DocumentNode): Set<string> {
  const names = new Set<string>();
  visit(document, { [Kind.VARIABLE]: { enter: ({ name }) => void names.add(name.value) } });
  return names;
}

function replaceRoot(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  root: FieldNode,
  variableDefinitions: readonly VariableDefinitionNode[],
): DocumentNode {
  const replaced: OperationDefinitionNode = {
    ...operation,
    variableDefinitions,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [root] },
  };
  return {
    ...document,
    definitions: document.definitions.map((definition) => (definition === operation ? replaced : definition)),
  };
}
