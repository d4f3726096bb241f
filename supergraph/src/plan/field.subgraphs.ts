import type { Schema } from '@apollo/federation-internals';

/** Finds the subgraphs that resolve a field. */
export type SubgraphsOfField = (type: string, field: string) => readonly string[];

/** Reads `@join__field` and `@join__type`, for each field when it is looked up first. */
export function createSubgraphsOfField(schema: Schema, names: ReadonlyMap<string, string>): SubgraphsOfField {
  const known = new Map<string, readonly string[]>();
  return (typeName, fieldName) => {
    const key = `${typeName}.${fieldName}`;
    let found = known.get(key);
    if (!found) {
      found = [...new Set(readGraphs(schema, typeName, fieldName))].map((graph) => names.get(graph) ?? graph);
      known.set(key, found);
    }
    return found;
  };
}

interface Join {
  readonly graph?: string;
  readonly external?: boolean;
}

function readGraphs(schema: Schema, typeName: string, fieldName: string): string[] {
  const type = schema.type(typeName);
  if (type?.kind !== 'ObjectType' && type?.kind !== 'InterfaceType') return [];
  const joins = (type.field(fieldName)?.appliedDirectivesOf('join__field') ?? []).map(
    (join) => join.arguments() as Join,
  );
  const graphs = joins.flatMap(({ graph, external }) => (graph && !external ? [graph] : []));
  if (graphs.length) return graphs;
  return type.appliedDirectivesOf('join__type').flatMap((join) => (join.arguments() as Join).graph ?? []);
}
