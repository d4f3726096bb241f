import { AppError, RemoteError } from '@vibecode/platform/errors';
import { newId } from '@vibecode/platform/id';
import { START, startGenerationTest } from './generation.fixture.ts';

type Fixture = Awaited<ReturnType<typeof startGenerationTest>>;
let test: Fixture;

beforeAll(async () => {
  test = await startGenerationTest();
});
afterAll(() => test[Symbol.asyncDispose]());

describe('bad input', () => {
  it.each([
    ['prompt', { prompt: '' }],
    ['prompt', { prompt: ' \n' }],
    ['prompt', { prompt: 'x'.repeat(100_001) }],
    ['prompt', { prompt: 'é'.repeat(50_001) }],
    ['prompt', { prompt: 'a\u0000b' }],
    ['maxTokens', { maxTokens: 0 }],
    ['maxTokens', { maxTokens: -5 }],
    ['maxTokens', { maxTokens: 32_769 }],
    ['maxTokens', { maxTokens: 8_192 }],
    ['projectId', { projectId: 'nonsense' }],
    ['parentId', { parentId: 'nonsense' }],
    ['clientRequestId', { clientRequestId: '' }],
    ['clientRequestId', { clientRequestId: 'x'.repeat(201) }],
    ['model', { model: '' }],
  ])('names the field %s: %j', async (field, input) => {
    const ann = await test.signUp();
    const { errors } = await ann.start(input);
    expect(errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT', field });
    expect([...test.neighbours.holds.values()].filter(({ userId }) => userId === ann.userId)).toEqual([]);
  });

  it('lists the models there are when asked for another', async () => {
    const ann = await test.signUp();
    const { errors } = await ann.start({ model: 'gpt-17' });
    expect(errors[0].extensions).toMatchObject({ field: 'model', known: ['scripted'] });
    expect(errors[0].message).toContain("'scripted'");
  });

  it('says that a prompt is too long for a model', async () => {
    const ann = await test.signUp();
    const { errors } = await ann.start({ prompt: 'x'.repeat(40_000) });
    expect(errors[0].extensions).toMatchObject({
      code: 'GENERATION_CONTEXT_EXCEEDED',
      field: 'prompt',
      contextTokens: 8_192,
      exceededBy: 13_520 - 8_192,
    });
  });

  it('passes on what billing can afford, and starts when asked again for that', async () => {
    const ann = await test.signUp();
    test.neighbours.affordableTokens = 5_000;
    const clientRequestId = newId();
    const { errors } = await ann.start({ clientRequestId, maxTokens: 2_000 });
    expect(errors[0].extensions).toMatchObject({ code: 'BILLING_QUOTA_EXCEEDED' });
    const { affordableTokens } = errors[0].extensions;
    const { data } = await ann.start({ clientRequestId, maxTokens: affordableTokens });
    test.neighbours.affordableTokens = Number.POSITIVE_INFINITY;
    expect((await ann.watch(data.startGeneration.id)).at(-1)).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('a parent of another project', () => {
  it('is refused', async () => {
    const ann = await test.signUp();
    const { id } = (await ann.start()).data.startGeneration;
    await ann.watch(id);
    const projectId = test.neighbours.createProject(ann.userId);
    const { errors } = await ann.start({ projectId, parentId: id });
    expect(errors[0].extensions).toMatchObject({ code: 'INVALID_INPUT', field: 'parentId' });
  });
});

describe('what belongs to others', () => {
  it('is not found: projects, parents, generations, their events', async () => {
    const [ann, bob] = [await test.signUp(), await test.signUp()];
    const { id } = (await ann.start()).data.startGeneration;
    await ann.watch(id);
    const codes = [
      await bob.start({ projectId: ann.projectId }),
      await bob.start({ parentId: id }),
      await bob.ask('query($id: ID!) { generation(id: $id) { id } }', { id }),
      await bob.ask('query($id: ID!) { generation(id: $id) { id } }', { id: 'nonsense' }),
      await bob.ask('mutation($id: ID!) { cancelGeneration(id: $id) { id } }', { id }),
    ].map(({ errors }) => errors[0].extensions.code);
    expect(codes).toEqual(Array(5).fill('NOT_FOUND'));
    await expect(bob.watch(id)).rejects.toThrow('NOT_FOUND');
    const reference =
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Generation { prompt } ... on User { generations { totalCount } } } }';
    const r = [
      { __typename: 'Generation', id },
      { __typename: 'User', id: ann.userId },
    ];
    expect((await bob.ask(reference, { r })).data._entities).toEqual([null, { generations: null }]);
    expect((await ann.ask(reference, { r })).data._entities).toEqual([
      { prompt: 'Print a greeting' },
      { generations: { totalCount: 1 } },
    ]);
  });

  it('needs the scope that an API key may lack', async () => {
    const userId = newId();
    const reader = await test.sign({ userId, scope: 'generation:read' });
    expect((await test.query('{ models { id } }', {}, reader)).errors).toBeUndefined();
    const input = { projectId: test.neighbours.createProject(userId), prompt: 'x', clientRequestId: 'x' };
    expect((await test.query(START, { input }, reader)).errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      scope: 'generation:write',
    });
  });

  it('says so where a list is asked for without its scope', async () => {
    const userId = newId();
    const key = await test.sign({ userId, scope: 'project:read' });
    const query = `query($r: [_Any!]!) { _entities(representations: $r) {
      ... on User { generations { totalCount } } ... on Project { generations { totalCount } } } }`;
    const r = [
      { __typename: 'User', id: userId },
      { __typename: 'Project', id: test.neighbours.createProject(userId) },
    ];
    const { errors } = await test.query(query, { r }, key);
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
  });

  it('needs a viewer', async () => {
    for (const [query, variables] of [
      ['{ models { id } }', {}],
      ['{ searchTemplates(query: "x") { score } }', {}],
      [START, { input: { projectId: newId(), prompt: 'x', clientRequestId: 'x' } }],
    ] as const) {
      expect((await test.query(query, variables)).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED');
    }
  });
});

describe('lists', () => {
  it('pages through the generations of a user and of a project, newest first', async () => {
    const ann = await test.signUp();
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) ids.unshift((await ann.start()).data.startGeneration.id);
    await Promise.all(ids.map((id) => ann.watch(id)));
    const page = `query($r: [_Any!]!, $first: Int, $after: String) { _entities(representations: $r) {
      ... on User { generations(first: $first, after: $after) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }
      ... on Project { generations { totalCount } } } }`;
    const r = [
      { __typename: 'User', id: ann.userId },
      { __typename: 'Project', id: ann.projectId },
    ];
    const [first, project] = (await ann.ask(page, { r, first: 2 })).data._entities;
    expect(first.generations).toMatchObject({
      nodes: ids.slice(0, 2).map((id) => ({ id })),
      totalCount: 3,
      pageInfo: { hasNextPage: true },
    });
    expect(project.generations.totalCount).toBe(3);
    const after = first.generations.pageInfo.endCursor;
    const [second] = (await ann.ask(page, { r: r.slice(0, 1), first: 2, after })).data._entities;
    expect(second.generations).toMatchObject({ nodes: [{ id: ids[2] }], pageInfo: { hasNextPage: false } });
    const { errors } = await ann.ask(page, { r: r.slice(0, 1), first: 2, after: 'nonsense' });
    expect(errors[0].extensions.code).toBe('INVALID_INPUT');
  });
});

describe('templates and models', () => {
  it('finds templates by meaning and words, only of the language and framework asked for', async () => {
    const ann = await test.signUp();
    const search =
      'query($q: String!, $l: String, $f: String) { searchTemplates(query: $q, language: $l, framework: $f) { score template { title language } } }';
    const found = (await ann.ask(search, { q: 'a game with a snake' })).data.searchTemplates;
    expect(found).toHaveLength(3);
    expect(found[0].template.title).toBe('Snake game');
    expect(found.map(({ score }: { score: number }) => score)).toEqual(
      found
        .map(({ score }: { score: number }) => score)
        .sort()
        .reverse(),
    );
    const python = (await ann.ask(search, { q: 'a game with a snake', l: 'Python' })).data.searchTemplates;
    expect(python.map(({ template }: { template: { title: string } }) => template.title)).toEqual([
      'REST API in Python',
    ]);
    expect((await ann.ask(search, { q: 'api', l: 'javascript', f: 'Express' })).data.searchTemplates).toHaveLength(1);
    expect((await ann.ask(search, { q: '' })).errors[0].extensions.field).toBe('query');
    expect((await ann.ask(search, { q: "'; drop table x; -- & | !" })).errors).toBeUndefined();
  });

  it('lists models with their state, one as the default', async () => {
    const ann = await test.signUp();
    expect((await ann.ask('{ models { id provider available contextTokens default } }')).data.models).toEqual([
      { id: 'scripted', provider: 'ollama', available: true, contextTokens: 8_192, default: true },
    ]);
  });
});

describe('neighbours that fail', () => {
  it('do not cost an answer that is there: applying is tried again', async () => {
    const ann = await test.signUp();
    test.neighbours.failures.set('projects/changesets', [new AppError('SERVICE_UNAVAILABLE', 'Restarting.')]);
    const { id } = (await ann.start()).data.startGeneration;
    expect((await ann.watch(id)).at(-1)).toMatchObject({ status: 'COMPLETED' });
  });

  it('give a generation their reason to fail', async () => {
    const ann = await test.signUp();
    test.neighbours.failures.set('projects/changesets', [
      new RemoteError('PROJECT_PATH_INVALID', 'The path is taken by a folder.', 400),
    ]);
    const { id } = (await ann.start()).data.startGeneration;
    expect((await ann.watch(id)).at(-1)).toMatchObject({ status: 'FAILED' });
    const { generation } = (await ann.ask('query($id: ID!) { generation(id: $id) { error { code message } } }', { id }))
      .data;
    expect(generation.error).toEqual({ code: 'PROJECT_PATH_INVALID', message: 'The path is taken by a folder.' });
  });
});
