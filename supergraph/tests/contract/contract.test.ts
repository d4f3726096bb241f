import { composeServices } from '@apollo/composition';
import { parse, printSchema } from 'graphql';
import { type ContractFilter } from '../../src/contract/contract.schema.ts';
import { toContract } from '../../src/contract/contract.ts';
import { loadSupergraph } from '../../src/pipeline/supergraph.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@shareable", "@inaccessible"])';

/** What clients of a contract see of a graph of these subgraphs. */
function seen(filter: Partial<ContractFilter>, ...subgraphs: string[]): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map((sdl, index) => ({
      name: `s${index}`,
      url: 'http://127.0.0.1:1',
      typeDefs: parse(`${LINK} ${sdl}`),
    })),
  );
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  const contract = toContract(supergraphSdl, {
    includeTags: [],
    excludeTags: [],
    hideUnreachableTypes: true,
    ...filter,
  });
  return printSchema(loadSupergraph(contract).apiSchema)
    .replace(/^directive @defer.*$/m, '')
    .replace(/"""[^"]*"""|\s+/g, ' ')
    .trim();
}

describe('a contract', () => {
  it('shows only what has an included tag, with the types that it needs', () => {
    const shop = `
      type Query { product(id: ID!, mode: Mode): Product @tag(name: "partner") users: [User] }
      type Product @key(fields: "sku") { sku: ID! name: String @tag(name: "partner") cost: Int owner: User @tag(name: "partner") }
      type User { email: String }
      enum Mode { FAST SLOW }
      enum Unused { A }
      type Mutation { drop: Boolean }`;
    expect(seen({ includeTags: ['partner'] }, shop)).toBe(
      'enum Mode { FAST SLOW } type Product { name: String } type Query { product(id: ID!, mode: Mode): Product }',
    );
    expect(seen({ includeTags: ['partner'], hideUnreachableTypes: false }, shop)).toContain('enum Unused');
  });

  it('takes a tag on a type for all of its fields, and an excluded tag before an included one', () => {
    const graph = `
      type Query { a: A @tag(name: "x") }
      type A @tag(name: "x") { one: Int two: Int @tag(name: "y") three(four: Int @tag(name: "y"), five: Int): Int }`;
    expect(seen({ includeTags: ['x'], excludeTags: ['y'] }, graph)).toBe(
      'type A { one: Int three(five: Int): Int } type Query { a: A }',
    );
  });

  it('without included tags shows all but the excluded ones, and what leans on them', () => {
    const graph = `
      type Query { ok: Int needs(secret: Secret!): Int may(secret: Secret, level: Level): Int thing: Thing pick: Pick node: Node }
      input Secret @tag(name: "private") { a: Int }
      enum Level { LOW HIGH @tag(name: "private") }
      type Thing @tag(name: "private") { a: Int }
      union Pick = Thing
      interface Node { id: ID inner: Int }
      type Leaf implements Node { id: ID inner: Int @tag(name: "private") }
      input Filter { a: Secret b: Level }
      type Mutation { search(filter: Filter): Int }`;
    expect(seen({ excludeTags: ['private'] }, graph)).toBe(
      [
        'input Filter { b: Level }',
        'type Leaf implements Node { id: ID }',
        'enum Level { LOW }',
        'type Mutation { search(filter: Filter): Int }',
        'interface Node { id: ID }',
        'type Query { ok: Int may(level: Level): Int node: Node }',
      ].join(' '),
    );
  });

  it('joins the tags that subgraphs give to one field, and leaves hidden what is hidden from all', () => {
    expect(
      seen(
        { includeTags: ['x'] },
        'type Query { a: A @tag(name: "x") } type A @key(fields: "id") { id: ID! n: Int @shareable secret: Int @tag(name: "x") @inaccessible }',
        'type A @key(fields: "id") { id: ID! n: Int @shareable @tag(name: "x") }',
      ),
    ).toBe('type A { n: Int } type Query { a: A }');
  });

  it.each<[Partial<ContractFilter>, RegExp]>([
    [{ includeTags: ['partnr'] }, /no @tag\(name: "partnr"\); it has deep, partner/],
    [{ includeTags: ['deep'] }, /leaves no field of Query/],
    [{ excludeTags: ['partner'] }, /leaves no field of Query/],
  ])('that shows nothing is refused: %j', (filter, message) => {
    const graph = 'type Query { a: A @tag(name: "partner") } type A { b: Int @tag(name: "deep") c: Int }';
    expect(() => seen(filter, graph)).toThrow(message);
  });
});
