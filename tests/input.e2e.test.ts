import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from '@vibecode/platform/testing/property';
import {
  buildSchema,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { ask, type Person, signUp } from './support/client.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from './support/embedded-graph.ts';

/** What a careless or hostile client sends for a text or an id. */
const nastyText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '../x',
    '/etc/passwd',
    'a/../../b',
    'C:\\x',
    "'; drop table x; --",
    '\u0000',
    '\ud800',
    '💥',
    'null',
    '{}',
  ),
  fc.constantFrom('00000000-0000-0000-0000-000000000000', '0199d3a0-0000-7000-8000-000000000001', 'not-an-id'),
  fc.constant('x'.repeat(100_000)),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const nastyNumber = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, -1, 1, 2 ** 31 - 1));

function toArbitrary(type: GraphQLInputType): fc.Arbitrary<unknown> {
  return isNonNullType(type) ? toValue(type) : fc.option(toValue(type), { nil: null, freq: 4 });
}

function toValue(declared: GraphQLInputType): fc.Arbitrary<unknown> {
  const type: GraphQLInputType = isNonNullType(declared) ? declared.ofType : declared;
  if (isListType(type)) return fc.array(toArbitrary(type.ofType), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    return fc.record(Object.fromEntries(fields.map((field) => [field.name, toArbitrary(field.type)])), {
      requiredKeys: fields.filter((field) => isNonNullType(field.type)).map((field) => field.name),
    });
  }
  switch (type.name) {
    case 'Boolean':
      return fc.boolean();
    case 'Int':
      return nastyNumber;
    case 'Float':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'DateTime':
      return fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') })
        .map((date) => date.toISOString());
    default:
      return nastyText;
  }
}

describe('bad input', () => {
  const running = new AsyncDisposableStack();
  let graph: EmbeddedGraph;
  let ann: Person;
  let schema: GraphQLSchema;

  beforeAll(async () => {
    const data = running.use(await createDataDirectory());
    graph = running.use(await startEmbeddedGraph({ dataDir: data.path }));
    ann = await signUp(graph.url, 'ann');
    schema = buildSchema(await readFile(join(import.meta.dirname, '..', 'schema', 'api.graphql'), 'utf8'));
  });
  afterAll(() => running.disposeAsync());

  it('is answered by a code and a message on every mutation, and by no failure of ours', async () => {
    const { data } = await ask(graph.url, '{ __schema { mutationType { fields { name } } } }');
    const present = new Set(data.__schema.mutationType.fields.map(({ name }: { name: string }) => name));
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {}).filter(
      // These end Ann's own session: they have their own tests.
      ({ name }) => present.has(name) && !['logout', 'deleteAccount'].includes(name),
    );
    expect(mutations.length).toBeGreaterThan(15);
    for (const field of mutations) {
      const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
      const head = field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
      const query = `mutation${head ? `(${head})` : ''} { ${field.name}${field.args.length ? `(${field.args.map(({ name }) => `${name}: $${name}`).join(', ')})` : ''} ${selection} }`;
      const variables = fc.record(Object.fromEntries(field.args.map((arg) => [arg.name, toArbitrary(arg.type)])));
      await fc.assert(
        fc.asyncProperty(variables, async (values) => {
          const { errors = [] } = await ann.ask(query, values);
          for (const { message, extensions } of errors) {
            expect(message).not.toBe('');
            expect(extensions?.code).toEqual(expect.stringMatching(/^[A-Z][A-Z_]+$/));
            expect({ query, values, code: extensions?.code }).not.toMatchObject({ code: 'INTERNAL_ERROR' });
          }
        }),
        { numRuns: 12 },
      );
    }
  });

  it('names what is missing, too long, of a wrong type or somebody else’s', async () => {
    const { createProject } = await ann.must('mutation { createProject(input: { name: "Mine" }) { id } }');
    const bob = await signUp(graph.url, 'bob');
    const change = (path: string) => ({
      input: {
        projectId: createProject.id,
        baseVersion: 0,
        message: 'x',
        idempotencyKey: 'k',
        changes: [{ operation: 'WRITE', path, content: '' }],
      },
    });
    const apply = 'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { id } }';
    for (const path of ['../x', '/x', 'a/../../x', '', 'a//b', 'x'.repeat(5000)]) {
      const { errors } = await ann.ask(apply, change(path));
      expect({ path, code: errors?.[0]?.extensions?.code }).toEqual({
        path,
        code: expect.stringMatching(/^(INVALID_INPUT|PROJECT_)/),
      });
    }
    expect((await bob.ask(apply, change('x'))).errors?.[0]?.extensions?.code).toBe('NOT_FOUND');

    const start = 'mutation($input: StartGenerationInput!) { startGeneration(input: $input) { id } }';
    const input = { projectId: createProject.id, clientRequestId: 'r', prompt: 'x'.repeat(10 * 1024 * 1024) };
    const { errors } = await ann.ask(start, { input });
    expect(errors?.[0]?.extensions?.code).toMatch(/^(INVALID_INPUT|PAYLOAD_TOO_LARGE)$/);
    const wrong = await ann.ask(start, { input: { ...input, prompt: 5 } });
    expect(wrong.errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT');

    const register = 'mutation($input: RegisterInput!) { register(input: $input) { accessToken } }';
    const account = { email: 'twice@example.com', password: 'Correct-horse-battery', displayName: 'Twice' };
    expect((await ask(graph.url, register, { input: account })).errors).toBeUndefined();
    const again = await ask(graph.url, register, { input: { ...account, email: 'TWICE@example.com' } });
    expect(again.errors?.[0]?.extensions?.code).toBe('AUTH_EMAIL_TAKEN');
  });
});
