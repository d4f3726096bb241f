import { type FieldRequirements, flattenRequired, mayBeSame, type RequiredNode } from './field.requirements.ts';
import type { TypeIndex } from './type.index.ts';

/** A field of a subgraph that has requirements. */
interface RequiringField {
  readonly subgraph: string;
  readonly type: string;
  readonly name: string;
  readonly needs: readonly RequiringField[];
}

/** Ranks by subgraph and `Type.field`. Rank 1 requires only fields without requirements, rank 2 requires fields of rank 1, and so on. */
export type RequirementRanks = ReadonlyMap<string, ReadonlyMap<string, number>>;

/**
 * Ranks of all fields with requirements.
 * @param keyFields the fields of all keys: a requirement may need a key field that has requirements itself
 */
export function rankRequirements(
  requirements: FieldRequirements,
  keyFields: readonly RequiredNode[],
  types: TypeIndex,
): RequirementRanks {
  const fields = linkRequirements(requirements, keyFields, types);
  const known = new Map<RequiringField, number>();
  const rank = (field: RequiringField): number => {
    const found = known.get(field);
    if (found !== undefined) return found;
    // A cycle counts once. It is possible if one of several subgraphs has a field without requirements.
    known.set(field, 0);
    const own = 1 + Math.max(0, ...field.needs.map(rank));
    known.set(field, own);
    return own;
  };
  const ranks = new Map<string, Map<string, number>>();
  for (const field of fields) {
    const bySubgraph = ranks.get(field.subgraph) ?? new Map<string, number>();
    ranks.set(field.subgraph, bySubgraph.set(`${field.type}.${field.name}`, rank(field)));
  }
  return ranks;
}

function linkRequirements(
  requirements: FieldRequirements,
  keyFields: readonly RequiredNode[],
  types: TypeIndex,
): RequiringField[] {
  const fields: (RequiringField & { needs: RequiringField[]; required: readonly RequiredNode[] })[] = [];
  for (const [subgraph, bySubgraph] of requirements) {
    for (const [coordinate, nodes] of bySubgraph) {
      const [type = '', name = ''] = coordinate.split('.');
      fields.push({ subgraph, type, name, needs: [], required: flattenRequired(nodes) });
    }
  }
  const byName = Map.groupBy(fields, ({ name }) => name);
  const find = ({ name, parentType }: RequiredNode) =>
    (byName.get(name ?? '') ?? []).filter(({ type }) => mayBeSame(type, parentType, types));
  const keys = keyFields.map((key) => ({ ...key, fields: find(key) })).filter((key) => key.fields.length);
  for (const field of fields) {
    const needs = new Set(field.required.flatMap(find));
    for (const { parentType } of field.required) {
      for (const key of keys)
        if (mayBeSame(key.parentType, parentType, types)) for (const of of key.fields) needs.add(of);
    }
    needs.delete(field);
    field.needs.push(...needs);
  }
  return fields;
}
