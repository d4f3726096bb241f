/** Decisions out of numbers that fast-check shrinks: with none left every decision is the first, simplest choice. */
export class Tape {
  #at = 0;
  constructor(private readonly numbers: readonly number[]) {}

  below(limit: number): number {
    return (this.numbers[this.#at++] ?? 0) % limit;
  }

  oneIn(chances: number): boolean {
    return this.below(chances) === chances - 1;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

type Kind = 'scalar' | 'enum' | 'value' | 'entity' | 'interface' | 'union' | 'pick' | 'node';
type Key = 'id' | 'code' | 'part { a b }';

export interface FieldModel {
  readonly name: string;
  readonly base: string;
  readonly kind: Kind;
  /** Lists within lists: 0 for none. */
  readonly lists: number;
  readonly isNonNull: boolean;
  readonly isItemNonNull: boolean;
  readonly hasArguments: boolean;
  /** Index of the subgraph that resolves it. */
  readonly owner: number;
  /** Another that resolves it as well: `@shareable`. */
  readonly alsoIn: number | null;
  /** The subgraph that had it before, which fails now: `@override`. */
  readonly movedFrom: number | null;
  /** Some objects fail to resolve it. */
  readonly isFallible: boolean;
  /** A field of the same entity, of another subgraph, that its value is computed from, and the arguments it is asked with. */
  readonly requires: { readonly name: string; readonly n: number | null } | null;
  /** For a reference to an entity: a field of it that comes along. */
  readonly provides: string | null;
}

interface EntityModel {
  readonly name: string;
  readonly fields: readonly FieldModel[];
  /** By subgraph: the keys that it declares. */
  readonly keys: readonly (readonly Key[])[];
}

/**
 * A schema as one, and who resolves what of it. Its interface `Thing` is every entity's; `Any` is their union; `Pick` is a
 * union that each subgraph knows some of; `Node` is an interface that the last subgraph knows as an object.
 */
export interface SchemaModel {
  /** Without the one that knows `Node` as an object. */
  readonly subgraphs: number;
  readonly entities: readonly EntityModel[];
  /** Fields of the interface, on every entity. */
  readonly thingFields: readonly FieldModel[];
  /** Fields that the last subgraph adds to every entity. */
  readonly nodeFields: readonly FieldModel[];
  readonly valueFields: readonly FieldModel[];
  readonly queries: readonly FieldModel[];
  readonly mutations: readonly FieldModel[];
  /** By subgraph: the entities it knows as members of `Pick`. */
  readonly picks: readonly (readonly string[])[];
}

const SCALARS = ['Int', 'String', 'Boolean', 'Float', 'ID'];

export function createSchemaModel(tape: Tape): SchemaModel {
  const subgraphs = 2 + tape.below(3);
  const names = ['Apple', 'Birch', 'Cloud', 'Dune'].slice(0, 2 + tape.below(3));
  let counter = 0;

  const createField = (kinds: readonly Kind[], owner: number, mayFail: boolean): FieldModel => {
    const kind = tape.pick(kinds);
    const base = {
      scalar: tape.pick(SCALARS),
      enum: 'Color',
      value: 'Spot',
      entity: tape.pick(names),
      interface: 'Thing',
      union: 'Any',
      pick: 'Pick',
      node: 'Node',
    }[kind];
    return {
      name: `${kind}${counter++}`,
      base,
      kind,
      lists: tape.oneIn(3) ? 1 + tape.below(2) : 0,
      isNonNull: tape.oneIn(3),
      isItemNonNull: tape.oneIn(3),
      hasArguments: kind === 'scalar' && tape.oneIn(3),
      owner,
      alsoIn: null,
      movedFrom: null,
      isFallible: mayFail && tape.oneIn(3),
      requires: null,
      provides: null,
    };
  };
  const times = <T>(count: number, create: () => T): T[] => Array.from({ length: count }, create);
  const all: Kind[] = ['scalar', 'enum', 'value', 'entity', 'interface', 'union', 'pick', 'node'];
  const toOther = (owner: number) => (owner + 1 + tape.below(subgraphs - 1)) % subgraphs;
  /** `Node` as an interface is known to the first subgraph and as an object to the last. */
  const place = (field: FieldModel): FieldModel => (field.kind === 'node' ? { ...field, owner: 0 } : field);
  const spread = (field: FieldModel): FieldModel => {
    if (field.kind === 'node' || field.kind === 'pick') return place(field);
    if (tape.oneIn(5)) return { ...field, alsoIn: toOther(field.owner) };
    return tape.oneIn(6) ? { ...field, movedFrom: toOther(field.owner) } : field;
  };

  const valueFields = times(1 + tape.below(3), () => createField(['scalar', 'enum'], 0, true));
  const thingFields = times(tape.below(3), () =>
    createField(['scalar', 'enum', 'entity'], tape.below(subgraphs), true),
  );
  const nodeFields = times(tape.below(3), () =>
    toSafe(createField(['scalar', 'enum', 'scalar', 'node'], subgraphs, true)),
  );
  const entities = names.map((name): EntityModel => {
    const fields = times(1 + tape.below(5), () => spread(createField(all, tape.below(subgraphs), true)));
    const source = createField(['scalar'], tape.below(subgraphs), false);
    const isList = tape.oneIn(3) ? 1 : 0;
    const owner = toOther(source.owner);
    const requires = (n: number | null) => ({ name: source.name, n: source.hasArguments ? n : null });
    const computed = () => ({ ...createField(['scalar'], owner, true), hasArguments: false });
    const required = [
      { ...source, lists: isList },
      { ...computed(), requires: requires(2) },
      ...(tape.oneIn(2) ? [{ ...computed(), requires: requires(tape.below(4)) }] : []),
    ];
    return {
      name,
      fields: tape.oneIn(2) ? [...fields, ...required] : fields,
      // The first subgraph knows all keys, so that each can be had for another.
      keys: times(subgraphs, () =>
        tape.pick([['id'], ['code'], ['id', 'code'], ['part { a b }']] as const satisfies Key[][]),
      ).map((keys, index): readonly Key[] => (index === 0 ? ['id', 'code', 'part { a b }'] : keys)),
    };
  });
  const roots: Kind[] = ['entity', 'interface', 'union', 'value', 'scalar', 'pick', 'node'];
  const createRoot = () => {
    const root = place(createField(roots, tape.below(subgraphs), true));
    return root.kind === 'node' && tape.oneIn(2) ? { ...root, owner: subgraphs } : root;
  };
  const queries = times(1 + tape.below(4), createRoot);
  const mutations = times(1 + tape.below(3), createRoot);
  const isPartial = tape.oneIn(2);
  const picks = times(subgraphs, () => names.filter(() => !isPartial || !tape.oneIn(3))).map((known) =>
    known.length ? known : names.slice(0, 1),
  );
  return {
    subgraphs,
    entities: withProvided(entities, tape),
    thingFields,
    nodeFields,
    valueFields,
    queries,
    mutations,
    picks,
  };
}

/**
 * The planner asks an interface object for what was asked of any of its types: a non-null field that fails takes along what
 * was asked of another.
 */
function toSafe(field: FieldModel): FieldModel {
  return field.isNonNull || field.isItemNonNull ? { ...field, isFallible: false } : field;
}

/** Some references bring a field of the entity along, which another subgraph owns. */
function withProvided(entities: readonly EntityModel[], tape: Tape): EntityModel[] {
  return entities.map((entity) => ({
    ...entity,
    fields: entity.fields.map((field) => {
      if (field.kind !== 'entity' || field.alsoIn !== null || field.movedFrom !== null || !tape.oneIn(2)) return field;
      const target = entities.find(({ name }) => name === field.base);
      const provided = target?.fields.find(
        ({ kind, owner, alsoIn, movedFrom, requires, hasArguments }) =>
          kind === 'scalar' &&
          owner !== field.owner &&
          alsoIn !== null &&
          alsoIn !== field.owner &&
          movedFrom === null &&
          !requires &&
          !hasArguments,
      );
      return provided ? { ...field, provides: provided.name } : field;
    }),
  }));
}
