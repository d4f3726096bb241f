import * as fc from '@vibecode/platform/testing/property';
import { parse, validate } from 'graphql';
import { pino } from 'pino';
import { routerConfigSchema } from '../../src/config/config.schema.ts';
import { createAuthorization } from '../../src/edge/authorization.ts';
import { createCore } from '../../src/pipeline/core.ts';
import type { Identity } from '../../src/request/context.ts';
import { anonymous, composeInProcess } from '../support/in-process.transport.ts';
import { createOperation } from '../support/random.operation.ts';
import { Tape } from '../support/random.schema.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@shareable", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])';

/** Whatever needs a right has a value that names it. */
const SUBGRAPHS = [
  {
    name: 'a',
    sdl: `${LINK} type Query { things: [Thing] thing: Thing any: Any anys: [[Any!]] apple: Apple pick: Pick birches: [Birch!] secretRoot: String @authenticated node: Node }
      type Mutation { open: Apple closed: Apple @requiresScopes(scopes: [["write"]]) }
      interface Thing { id: ID! note: String next: Thing any: [Any] }
      interface Node @key(fields: "id") { id: ID! }
      type Apple implements Thing & Node @key(fields: "id") { id: ID! note: String @authenticated next: Thing any: [Any] price: String @requiresScopes(scopes: [["read", "price"], ["admin"]]) apples: [[Apple]] }
      type Birch implements Thing & Node @key(fields: "id") { id: ID! note: String next: Thing any: [Any] vault: Vault policed: String @policy(policies: [["vip"]]) }
      type Vault implements Thing & Node @key(fields: "id") @authenticated { id: ID! note: String next: Thing any: [Any] gold: String }
      union Any = Apple | Birch | Vault union Pick = Birch | Vault`,
  },
  {
    name: 'b',
    sdl: `${LINK} type Apple @key(fields: "id") { id: ID! price: String @external taxed: String @requires(fields: "price") @requiresScopes(scopes: [["read", "price"], ["admin"]]) friend: Birch }
      type Birch @key(fields: "id") { id: ID! hidden: Color @authenticated size: Int }
      enum Color { NEEDS_authenticated }`,
  },
  {
    name: 'c',
    sdl: `${LINK} type Node @key(fields: "id") @interfaceObject { id: ID! stars: String @authenticated open: Int } type Query { nodes: [Node] }`,
  },
];

const VALUES: Readonly<Record<string, unknown>> = {
  'Apple.note': 'NEEDS_authenticated',
  'Vault.note': 'NEEDS_authenticated',
  'Vault.gold': 'NEEDS_authenticated',
  'Node.stars': 'NEEDS_authenticated',
  'Query.secretRoot': 'NEEDS_authenticated',
  'Birch.hidden': 'NEEDS_authenticated',
  'Apple.price': 'NEEDS_read_price',
  'Apple.taxed': 'NEEDS_read_price',
  'Birch.policed': 'NEEDS_vip',
  'Mutation.closed': { __typename: 'Apple', id: 'NEEDS_write' },
  'Birch.note': 'free',
};
const BY_TYPE: Readonly<Record<string, unknown>> = {
  Apple: { __typename: 'Apple', id: '1' },
  Birch: { __typename: 'Birch', id: '2' },
  Vault: { __typename: 'Vault', id: 'NEEDS_authenticated' },
};

const viewers: readonly { readonly identity: Identity | null; readonly lacks: RegExp }[] = [
  { identity: null, lacks: /NEEDS_/ },
  { identity: viewer([], ''), lacks: /NEEDS_(read_price|vip|write)/ },
  { identity: viewer(['read', 'write'], ''), lacks: /NEEDS_(read_price|vip)/ },
  { identity: viewer(['read', 'price'], 'vip'), lacks: /NEEDS_write/ },
];

function viewer(scopes: string[], policies: string): Identity {
  const key = `${scopes}.${policies}`;
  return { key, subject: key, token: key, scopes, claims: { policies } };
}

describe('Authorization of random operations', () => {
  it(
    'never lets a value through to a viewer without the right to it',
    async () => {
      let turn = 0;
      const objects = Object.values(BY_TYPE);
      const next = (names: readonly string[]) => {
        const known = objects.filter((object) => names.includes((object as { __typename: string }).__typename));
        turn += 1;
        return known[turn % known.length];
      };
      const { supergraph, transport } = composeInProcess(
        SUBGRAPHS.map((subgraph) => ({
          ...subgraph,
          ...(subgraph.name === 'a' && {
            resolvers: {
              Node: {
                __resolveReference: ({ id }: { id: string }) =>
                  objects.find((object) => (object as { id: string }).id === id) ?? objects[0],
              },
            },
          }),
          typeResolver: ((source: { __typename: string }) => source.__typename) as never,
          fieldResolver: ((source: Record<string, unknown>, _args: unknown, _context: unknown, info: never) => {
            const { parentType, fieldName, returnType, schema } = info as {
              parentType: { name: string };
              fieldName: string;
              returnType: { toString(): string };
              schema: { getType(name: string): unknown; getPossibleTypes(type: unknown): { name: string }[] };
            };
            const value = VALUES[`${parentType.name}.${fieldName}`];
            if (value !== undefined) return value;
            if (fieldName === 'id') return source.id;
            const text = returnType.toString();
            const name = text.replaceAll(/[[\]!]/g, '');
            const wrap = (item: unknown) => (text.startsWith('[[') ? [[item]] : text.startsWith('[') ? [item] : item);
            if (name === 'Int') return 1;
            if (name === 'String') return 'free';
            if (subgraph.name === 'c') return wrap({ id: '2' });
            const type = schema.getType(name) as { getFields?: unknown; getInterfaces?: unknown };
            const isObject = Object.hasOwn(BY_TYPE, name);
            return wrap(next(isObject ? [name] : schema.getPossibleTypes(type).map((possible) => possible.name)));
          }) as never,
        })),
      );
      const log = pino({ level: 'silent' });
      const config = routerConfigSchema.parse({}).authorization.directives;
      const authorize = createAuthorization({ config, supergraph, log });
      if (!authorize) throw new Error('The supergraph restricts nothing.');
      const core = createCore({ supergraph, transport, log, hooks: { authorize } });
      const everyone = createCore({ supergraph, transport, log });
      let protectedAnswers = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(1_000), { minLength: 200, maxLength: 200 }), async (numbers) => {
          const { query, variables } = createOperation(supergraph.apiSchema, new Tape(numbers));
          if (validate(supergraph.apiSchema, parse(query)).length) return;
          const whole = await everyone.execute({ query, variables }, anonymous);
          if (JSON.stringify(whole.data ?? null).includes('NEEDS_')) protectedAnswers += 1;
          for (const { identity, lacks } of viewers) {
            const { data, errors } = await core.execute({ query, variables }, { ...anonymous, identity });
            const text = JSON.stringify(data ?? null);
            if (lacks.test(text))
              throw new Error(`${identity?.key ?? 'nobody'} saw ${text}\n${query}\n${JSON.stringify(variables)}`);
            expect(JSON.stringify(errors ?? [])).not.toMatch(/INTERNAL_ERROR/);
          }
        }),
        { numRuns: 150, covers: () => expect(protectedAnswers).toBeGreaterThan(10) },
      );
    },
    fc.PROPERTY_TIMEOUT_MS,
  );
});
