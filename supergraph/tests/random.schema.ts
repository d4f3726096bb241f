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

type Kind = 'scalar' | 'enum' | 'value' | 'entity' | 'interface' | 'union';

export interface FieldModel {
  readonly name: string;
  readonly base: string;
  readonly kind: Kind;
  readonly isList: boolean;
  readonly isNonNull: boolean;
  readonly isItemNonNull: boolean;
  readonly hasArgument: boolean;
  /** Index of the subgraph that resolves it. */
  readonly owner: number;
  /** Some objects fail to resolve it. */
  readonly isFallible: boolean;
  /** A field of the same entity, of another subgraph, that its value is computed from. */
  readonly requires: string | null;
}

interface EntityModel {
  readonly name: string;
  readonly fields: readonly FieldModel[];
  /** By subgraph: the keys that it declares. */
  readonly keys: readonly (readonly ('id' | 'code')[])[];
}

/** A schema as one, and who resolves what of it. Its interface `Thing` is every entity's; `Any` is their union. */
export interface SchemaModel {
  readonly subgraphs: number;
  readonly entities: readonly EntityModel[];
  /** Fields of the interface, on every entity. */
  readonly thingFields: readonly FieldModel[];
  readonly valueFields: readonly FieldModel[];
  readonly queries: readonly FieldModel[];
}

const SCALARS = ['Int', 'String', 'Boolean', 'Float'];

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
    }[kind];
    return {
      name: `${kind}${counter++}`,
      base,
      kind,
      isList: tape.oneIn(3),
      // A reference to another subgraph's entity may fail without the rest: the usual advice is to let it be null.
      isNonNull: tape.oneIn(3),
      isItemNonNull: tape.oneIn(3),
      hasArgument: kind === 'scalar' && tape.oneIn(3),
      owner,
      isFallible: mayFail && tape.oneIn(3),
      requires: null,
    };
  };
  const times = <T>(count: number, create: () => T): T[] => Array.from({ length: count }, create);
  const all: Kind[] = ['scalar', 'enum', 'value', 'entity', 'interface', 'union'];

  const valueFields = times(1 + tape.below(3), () => createField(['scalar', 'enum'], 0, true));
  const thingFields = times(tape.below(3), () =>
    createField(['scalar', 'enum', 'entity'], tape.below(subgraphs), true),
  );
  const entities = names.map((name): EntityModel => {
    const fields = times(1 + tape.below(5), () => createField(all, tape.below(subgraphs), true));
    const source: FieldModel = { ...createField(['scalar'], tape.below(subgraphs), false), hasArgument: false };
    const owner = (source.owner + 1) % subgraphs;
    const computed: FieldModel = { ...createField(['scalar'], owner, true), hasArgument: false, requires: source.name };
    return {
      name,
      fields: tape.oneIn(2) ? [...fields, source, computed] : fields,
      // The first subgraph knows both keys, so that each can be had for the other.
      keys: times(subgraphs, () => tape.pick([['id'], ['code'], ['id', 'code']] as const)).map((keys, index) =>
        index === 0 ? ['id', 'code'] : keys,
      ),
    };
  });
  const queries = times(1 + tape.below(4), () =>
    createField(['entity', 'interface', 'union', 'value', 'scalar'], tape.below(subgraphs), true),
  );
  return { subgraphs, entities, thingFields, valueFields, queries };
}

const COMMON = 'enum Color { RED GREEN BLUE }';

/** The schema as one, for graphql-js. */
export function printUncut(model: SchemaModel): string {
  return [
    COMMON,
    `type Query { ${printFields(model.queries, false)} }`,
    `type Spot { ${printFields(model.valueFields, false)} }`,
    `interface Thing { id: ID! ${printFields(model.thingFields, false)} }`,
    `union Any = ${model.entities.map(({ name }) => name).join(' | ')}`,
    ...model.entities.map(
      ({ name, fields }) =>
        `type ${name} implements Thing { id: ID! code: String! ${printFields([...model.thingFields, ...fields], false)} }`,
    ),
  ].join('\n');
}

/** One subgraph's part of it. */
export function printSubgraph(model: SchemaModel, subgraph: number): string {
  const ours = (fields: readonly FieldModel[]) => fields.filter(({ owner }) => owner === subgraph);
  const entities = model.entities.map(({ name, fields, keys }) => {
    const own = ours([...model.thingFields, ...fields]);
    const required = fields.filter(
      (field) => own.some(({ requires }) => requires === field.name) && field.owner !== subgraph,
    );
    const keyFields = keys[subgraph] ?? ['id'];
    const directives = keyFields.map((key) => `@key(fields: "${key}")`).join(' ');
    const id = 'id: ID! @shareable';
    const code = keyFields.includes('code') ? 'code: String! @shareable' : '';
    const external = required.map((field) => `${printFields([field], false)} @external`).join(' ');
    return `type ${name} implements Thing ${directives} { ${id} ${code} ${external} ${printFields(own)} }`;
  });
  return [
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable"])',
    COMMON,
    `type Query { ${printFields(ours(model.queries))} ok${subgraph}: Boolean }`,
    `type Spot @shareable { ${printFields(model.valueFields)} }`,
    `interface Thing { id: ID! ${printFields(ours(model.thingFields))} }`,
    `union Any = ${model.entities.map(({ name }) => name).join(' | ')}`,
    ...entities,
  ].join('\n');
}

function printFields(fields: readonly FieldModel[], isFederated = true): string {
  return fields
    .map((field) => {
      const item = field.isList ? `[${field.base}${field.isItemNonNull ? '!' : ''}]` : field.base;
      const requires = isFederated && field.requires ? ` @requires(fields: "${field.requires}")` : '';
      return `${field.name}${field.hasArgument ? '(n: Int = 1)' : ''}: ${item}${field.isNonNull ? '!' : ''}${requires}`;
    })
    .join(' ');
}
