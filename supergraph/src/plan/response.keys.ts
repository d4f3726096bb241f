import type { Schema } from '@apollo/federation-internals';
import { type DocumentNode, type FieldNode, Kind, parse, visit } from 'graphql';

const PREFIX = '_asked_';

/**
 * Keys under which a plan keeps what the client asked. Plans add fields of their own (keys, `__typename`, required
 * fields) under their plain names, and the planner lets a client's field of the same response key take their place, or
 * the other way round. A client's field that could be mistaken for one is therefore kept under a key apart.
 */
export interface ResponseKeys {
  /** The key in the plan's data. */
  planKey(field: FieldNode): string;
  /** Whether plans ask fields of this name by themselves. */
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
    // Under its own name a field is the same value, unless the plan asks it with other arguments.
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

/** The selections in the supergraph's `@join__type(key:)` and `@join__field(requires:)`. */
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
