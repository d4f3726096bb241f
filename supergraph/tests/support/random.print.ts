import type { FieldModel, SchemaModel } from './random.schema.ts';

const COMMON = `enum Color { RED GREEN BLUE }
input In { n: Int! = 4 text: [String!] color: Color = GREEN deep: In }
type Part { a: Int! b: String! }`;

/** The schema as one, for graphql-js. */
export function printUncut(model: SchemaModel): string {
  const things = [...model.thingFields, ...model.nodeFields];
  return [
    COMMON,
    `type Query { ${printFields(model.queries)} }`,
    `type Mutation { ${printFields(model.mutations)} }`,
    `type Spot { ${printFields(model.valueFields)} tick: Int! }`,
    `interface Thing { id: ID! ${printFields(model.thingFields)} }`,
    `interface Node { id: ID! ${printFields(model.nodeFields)} }`,
    `union Any = ${model.entities.map(({ name }) => name).join(' | ')}`,
    `union Pick = ${[...new Set(model.picks.flat())].sort().join(' | ')}`,
    ...model.entities.map(
      ({ name, fields }) =>
        `type ${name} implements Thing & Node { id: ID! code: String! part: Part! tick: Int! ${printFields([...things, ...fields])} }`,
    ),
  ].join('\n');
}

/** One subgraph's part of it. */
export function printSubgraph(model: SchemaModel, subgraph: number): string {
  if (subgraph === model.subgraphs) return printNodeSubgraph(model);
  const isOurs = ({ owner, alsoIn, movedFrom }: FieldModel) =>
    owner === subgraph || alsoIn === subgraph || movedFrom === subgraph;
  const ours = (fields: readonly FieldModel[]) => fields.filter(isOurs);
  const provided = model.entities.flatMap(({ fields }) =>
    ours(fields).flatMap(({ base, provides }) => (provides ? [`${base}.${provides}`] : [])),
  );
  const entities = model.entities.map(({ name, fields, keys }) => {
    const own = ours([...model.thingFields, ...fields]);
    const external = fields.filter(
      (field) =>
        !isOurs(field) &&
        (own.some(({ requires }) => requires?.name === field.name) || provided.includes(`${name}.${field.name}`)),
    );
    const ownKeys = keys[subgraph] ?? ['id'];
    const directives = ownKeys.map((key) => `@key(fields: "${key}")`).join(' ');
    const isNode = subgraph === 0 ? ' & Node' : '';
    return `type ${name} implements Thing${isNode} ${directives} { id: ID! @shareable tick: Int! @shareable
      ${ownKeys.includes('code') ? 'code: String! @shareable' : ''} ${ownKeys.includes('part { a b }') ? 'part: Part! @shareable' : ''}
      ${external.map((field) => `${printField(field)} @external`).join(' ')} ${own.map((field) => printOwn(field, subgraph)).join(' ')} }`;
  });
  return [
    LINK,
    COMMON.replace('type Part', 'type Part @shareable'),
    `type Query { ${printFields(ours(model.queries))} ok${subgraph}: Boolean }`,
    `type Mutation { ${printFields(ours(model.mutations))} ok${subgraph}: Boolean }`,
    `type Spot @shareable { ${printFields(model.valueFields)} tick: Int! }`,
    `interface Thing { id: ID! ${printFields(ours(model.thingFields))} }`,
    subgraph === 0 ? 'interface Node @key(fields: "id") { id: ID! }' : '',
    `union Any = ${model.entities.map(({ name }) => name).join(' | ')}`,
    `union Pick = ${(model.picks[subgraph] ?? []).join(' | ')}`,
    ...entities,
  ].join('\n');
}

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable", "@provides", "@override", "@interfaceObject"])';

/** The subgraph that knows the interface `Node` as an object, and none of its types. */
function printNodeSubgraph(model: SchemaModel): string {
  const ours = (fields: readonly FieldModel[]) => fields.filter(({ owner }) => owner === model.subgraphs);
  return [
    LINK,
    COMMON.replace('type Part', 'type Part @shareable'),
    `type Query { ${printFields(ours(model.queries))} okNode: Boolean }`,
    `type Mutation { ${printFields(ours(model.mutations))} okNode: Boolean }`,
    `type Node @key(fields: "id") @interfaceObject { id: ID! ${printFields(model.nodeFields)} }`,
  ].join('\n');
}

function printOwn(field: FieldModel, subgraph: number): string {
  const { requires, provides, alsoIn, movedFrom, owner } = field;
  const directives = [
    requires &&
      owner === subgraph &&
      `@requires(fields: "${requires.name}${requires.n === null ? '' : `(n: ${requires.n})`}")`,
    provides && `@provides(fields: "${provides}")`,
    alsoIn !== null && '@shareable',
    movedFrom !== null && owner === subgraph && `@override(from: "s${movedFrom}")`,
  ];
  return [printField(field), ...directives.filter(Boolean)].join(' ');
}

function printFields(fields: readonly FieldModel[]): string {
  return fields.map(printField).join(' ');
}

function printField({ name, base, lists, isNonNull, isItemNonNull, hasArguments }: FieldModel): string {
  const item = `${base}${lists && isItemNonNull ? '!' : ''}`;
  return `${name}${hasArguments ? '(n: Int = 1, in: In, all: [[Int]!])' : ''}: ${'['.repeat(lists)}${item}${']'.repeat(lists)}${isNonNull ? '!' : ''}`;
}
