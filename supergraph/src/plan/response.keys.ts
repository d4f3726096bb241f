import type { Schema } from '@apollo/federation-internals';
import { type DocumentNode, type FieldNode, Kind, parse, visit } from 'graphql';

const PREFIX = '_asked_';

/**
 * The keys of the client's fields in a plan's data. Plans add fields of their own (keys, `__typename`, required fields) under
 * their plain names. If a client's field has the same response key, the planner uses one field for both. A client's field
 * that could be confused with such a field therefore gets a separate key.
 */
export interface ResponseKeys {
  /** The key in the plan's data. */
  planKey(field: FieldNode): string;
  /** Whether plans may add fields of this name. */
  isInternal(key: string): boolean;
  /** The document to plan. */
  rename(document: DocumentNode): DocumentNode;
}

/** The client's key for a key in the plan's data. */
export function toClientKey(key: string | number): string | number {
  return typeof key === 'string' && key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key;
}

export function createResponseKeys(schema: Schema): ResponseKeys {
  const internal = new Set(['__typename']);
  const withArguments = new Set<string>();
  for (const text of collectFieldSets(schema)) {
    visit(parse(`{${text}}`, { noLocation: true }), {
      Field({ name, arguments: args }) {
        internal.add(name.value);
        if (args?.length) withArguments.add(name.value);
      },
    });
  }
  const planKey = ({ name, alias }: FieldNode): string => {
    const key = (alias ?? name).value;
    // A field without an alias has the same value as the plan's, unless the plan selects it with other arguments.
    const isMistakable = withArguments.has(key) || (key !== name.value && internal.has(key));
    return isMistakable ? PREFIX + key : key;
  };
  return {
    planKey,
    isInternal: (key) => internal.has(key),
    rename: (document) =>
      visit(document, {
        Field(field): FieldNode | undefined {
          const key = planKey(field);
          if (key === (field.alias ?? field.name).value) return undefined;
          return { ...field, alias: { kind: Kind.NAME, value: key } };
        },
      }),
  };
}

/** The selections of `@join__type(key:)` and `@join__field(requires:)` in the supergraph. */
function* collectFieldSets(schema: Schema): Generator<string> {
  for (const [directive, argument] of [
    ['join__type', 'key'],
    ['join__field', 'requires'],
  ] as const) {
    for (const application of schema.directive(directive)?.applications() ?? []) {
      const text = (application.arguments() as Record<string, unknown>)[argument];
      if (typeof text === 'string') yield text;
    }
  }
}
