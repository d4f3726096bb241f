import { newId } from '@vibecode/platform/id';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { createBlueprintModel } from '../src/models/blueprint.model.ts';
import { TEMPLATE_LIMITS } from '../src/template.limits.ts';
import { TemplateCatalogue } from '../src/templates/template.catalogue.ts';
import { startGenerationTest } from './generation.fixture.ts';

const ADD = `mutation($input: AddTemplateInput!) { addTemplate(input: $input) {
  id title description language framework tags files { path content } } }`;
const IMPORT = `mutation($projectId: ID!, $title: String!, $description: String!) {
  importTemplate(projectId: $projectId, title: $title, description: $description) { id language framework files { path content } } }`;
const DELETE = 'mutation($id: ID!) { deleteTemplate(id: $id) }';
const SEARCH = `query($query: String!, $language: String, $first: Int) {
  searchTemplates(query: $query, language: $language, first: $first) { score template { id title } } }`;
const BY_ID = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Template { id title } } }';

const KITE = {
  title: 'Kite festival',
  description: 'Schedules the flights of a kite festival',
  language: 'JavaScript',
  tags: ['kites', 'kites'],
  files: [
    { path: 'index.js', content: "console.log('up');\r\n" },
    { path: 'src/empty.js', content: '' },
  ],
};

const blueprint = {
  name: 'blueprint',
  configured: false,
  find: () => [createBlueprintModel(new TemplateCatalogue([]))],
};

describe("a user's own template", () => {
  it('is found, seen and used by its owner, and by nobody else', async () => {
    await using test = await startGenerationTest(undefined, { providers: [blueprint] });
    const [ann, bob] = [await test.signUp(), await test.signUp()];
    const { data, errors } = await ann.ask(ADD, { input: KITE });
    expect(errors).toBeUndefined();
    const { id, ...added } = data.addTemplate;
    expect(added).toEqual({ ...KITE, language: 'javascript', framework: null, tags: ['kites'] });

    const query = 'kite festival flights';
    const search = async (user: typeof ann) =>
      // biome-ignore lint/suspicious/noExplicitAny: an answer of GraphQL
      (await user.ask(SEARCH, { query, first: 20 })).data.searchTemplates.map((match: any) => match.template.title);
    expect((await search(ann))[0]).toBe(KITE.title);
    expect(await search(bob)).toHaveLength(4);
    expect(await search(bob)).not.toContain(KITE.title);

    const r = [{ __typename: 'Template', id }];
    expect((await ann.ask(BY_ID, { r })).data._entities).toEqual([{ id, title: KITE.title }]);
    expect((await bob.ask(BY_ID, { r })).data._entities).toEqual([null]);
    expect((await test.query(BY_ID, { r })).data!._entities).toEqual([null]);
    const admin = await test.sign({ userId: newId(), role: 'ADMIN' });
    expect((await test.query(BY_ID, { r }, admin)).data!._entities).toEqual([null]);

    const prompt = 'Schedules the flights of a kite festival';
    for (const user of [ann, bob]) {
      const generate = async () => {
        const generation: string = (await user.start({ prompt })).data.startGeneration.id;
        const events = await user.watch(generation);
        return { generation, events, text: events.map(({ text = '' }) => text).join('') };
      };
      let { generation, events, text } = await generate();
      // It fits for certain once it has a vector, which is made in the background.
      const deadline = performance.now() + 60_000;
      while (user === ann && !text.includes(KITE.title) && performance.now() < deadline)
        ({ generation, events, text } = await generate());
      const paths = events.filter(({ __typename }) => __typename === 'FileFinished').map(({ path }) => path);
      expect([text.includes(KITE.title), paths.includes('src/empty.js')]).toEqual(
        user === ann ? [true, true] : [false, false],
      );
      const { templates } = (await user.ask(`{ generation(id: "${generation}") { templates { template { title } } } }`))
        .data.generation;
      // biome-ignore lint/suspicious/noExplicitAny: an answer of GraphQL
      expect(templates.some(({ template }: any) => template.title === KITE.title)).toBe(user === ann);
    }
    const { files } = test.neighbours.projects.get(ann.projectId)!;
    expect(files).toMatchObject({ 'index.js': KITE.files[0]!.content, 'src/empty.js': '' });
  });

  it('is deleted by its owner alone', async () => {
    await using test = await startGenerationTest();
    const [ann, bob] = [await test.signUp(), await test.signUp()];
    const { id } = (await ann.ask(ADD, { input: KITE })).data.addTemplate;
    const code = async (user: typeof ann, template: string) =>
      (await user.ask(DELETE, { id: template })).errors?.[0].extensions.code;
    expect(await code(bob, id)).toBe('NOT_FOUND');
    expect(await code(ann, 'nothing')).toBe('NOT_FOUND');
    const [shared] = (await bob.ask(SEARCH, { query: 'snake', first: 1 })).data.searchTemplates;
    expect(await code(bob, shared.template.id)).toBe('FORBIDDEN');
    expect((await ann.ask(DELETE, { id })).data).toEqual({ deleteTemplate: true });
    expect(await code(ann, id)).toBe('NOT_FOUND');
    expect((await ann.ask(SEARCH, { query: 'kite festival', first: 20 })).data.searchTemplates).toHaveLength(4);
  });

  it('needs the right to write, and is nothing for strangers', async () => {
    await using test = await startGenerationTest();
    const reader = await test.sign({ userId: newId(), scope: 'generation:read project:read' });
    const calls = [
      [ADD, { input: KITE }],
      [IMPORT, { projectId: newId(), title: 'a', description: 'b' }],
      [DELETE, { id: newId() }],
    ] as const;
    for (const [query, variables] of calls) {
      expect((await test.query(query, variables, reader)).errors![0]!.extensions!.code).toBe('FORBIDDEN');
      expect((await test.query(query, variables)).errors![0]!.extensions!.code).toBe('UNAUTHENTICATED');
    }
  });

  it('is the same one when it is added again, and limited in number, also at once on two instances', async () => {
    await using database = await startTestDatabase();
    const options = { databaseUrl: database.url, env: { TEMPLATE_USER_LIMIT: '3' } };
    await using one = await startGenerationTest(undefined, options);
    await using two = await startGenerationTest(undefined, options);
    const userId = newId();
    const tokens = [await one.sign({ userId }), await two.sign({ userId })];
    const add = async (index: number, title: string) => {
      const { data, errors } = await [one, two][index % 2]!.query(
        ADD,
        { input: { ...KITE, title } },
        tokens[index % 2],
      );
      // biome-ignore lint/suspicious/noExplicitAny: an answer of GraphQL
      return errors ? errors[0]!.extensions!.code : (data as any).addTemplate.id;
    };
    const same = await Promise.all([0, 1, 2, 3].map((index) => add(index, 'One')));
    expect(new Set(same).size).toBe(1);
    const others = await Promise.all(['Two', 'Three', 'Four', 'Five'].map((title, index) => add(index, title)));
    expect(others.filter((other) => other === 'GENERATION_TEMPLATE_LIMIT')).toHaveLength(2);
    expect(await add(0, 'One')).toBe(same[0]);
    // Another user has a limit of their own.
    expect((await (await one.signUp()).ask(ADD, { input: KITE })).errors).toBeUndefined();
  });
});

const many = Array.from({ length: 5_000 }, (_, index) => ({ path: `${index}.js`, content: '' }));
const file = (path: string, content = '') => ({ path, content });

type Wrong = readonly [what: string, wrong: Record<string, unknown>, code: string, field: string];

describe('input that is not a template', () => {
  it.each<Wrong>([
    ['no title', { title: ' ' }, 'INVALID_INPUT', 'title'],
    ['two lines of a title', { title: 'a\nb' }, 'INVALID_INPUT', 'title'],
    ['no description', { description: '' }, 'INVALID_INPUT', 'description'],
    ['no language', { language: '' }, 'INVALID_INPUT', 'language'],
    ['an empty tag', { tags: ['a', ''] }, 'INVALID_INPUT', 'tags.1'],
    ['hundreds of tags', { tags: Array.from({ length: 200 }, (_, at) => `${at}`) }, 'INVALID_INPUT', 'tags'],
    ['no files', { files: [] }, 'INVALID_INPUT', 'files'],
    ['5,000 files', { files: many }, 'GENERATION_TEMPLATE_TOO_LARGE', 'files'],
    [
      'a file too large',
      { files: [file('a.js', 'é'.repeat(TEMPLATE_LIMITS.fileBytes / 2 + 1))] },
      'GENERATION_TEMPLATE_TOO_LARGE',
      'files.0.content',
    ],
    [
      'files too large together',
      { files: ['a', 'b', 'c'].map((path) => file(path, 'x'.repeat(TEMPLATE_LIMITS.fileBytes - 1))) },
      'GENERATION_TEMPLATE_TOO_LARGE',
      'files',
    ],
    ['a binary file', { files: [file('a.png', '\u0000\u0001')] }, 'INVALID_INPUT', 'files.0.content'],
    ['half a character', { files: [file('a.js', '\ud800')] }, 'INVALID_INPUT', 'files.0.content'],
    ...[
      '',
      '/etc/passwd',
      '../a.js',
      'a/../b.js',
      './a.js',
      'C:/a.js',
      'a\\b.js',
      '.git/config',
      'a//b.js',
      'a/',
      'nul\u0000',
      'a\nb',
      '~/a.js',
      'a.',
      `${'x'.repeat(256)}.js`,
      `${'x/'.repeat(30)}a.js`,
    ].map(
      (path): Wrong => [
        `the path ${JSON.stringify(path.slice(0, 20))}`,
        { files: [file(path)] },
        'GENERATION_TEMPLATE_PATH_INVALID',
        'files.0.path',
      ],
    ),
    ['a path twice', { files: [file('a.js'), file('A.js')] }, 'GENERATION_TEMPLATE_PATH_INVALID', 'files.1.path'],
    ['a file in a file', { files: [file('a/b.js'), file('A')] }, 'GENERATION_TEMPLATE_PATH_INVALID', 'files.0.path'],
  ])('%s', async (_, wrong, code, field) => {
    const { errors } = await ann.ask(ADD, { input: { ...KITE, ...wrong } });
    expect(errors[0].extensions).toMatchObject({ code, field });
    expect(errors[0].message).toContain(field);
  });

  let test: Awaited<ReturnType<typeof startGenerationTest>>;
  let ann: Awaited<ReturnType<typeof test.signUp>>;
  beforeAll(async () => {
    test = await startGenerationTest();
    ann = await test.signUp();
  });
  afterAll(() => test[Symbol.asyncDispose]());
});

describe('a project imported as a template', () => {
  it('has the text files of a project that the user may see, and its language', async () => {
    await using test = await startGenerationTest();
    const ann = await test.signUp();
    const token = await test.sign({ userId: ann.userId, scope: 'generation:write project:read' });
    // biome-ignore lint/suspicious/noExplicitAny: an answer of GraphQL
    const run = async (projectId: string, signed = token): Promise<any> =>
      test.query(IMPORT, { projectId, title: 'Mine', description: 'What I made' }, signed);
    const named = test.neighbours.createProject(ann.userId, {
      language: 'Python',
      files: { 'main.py': 'print(1)\r\n', 'logo.png': '\u0000PNG' },
    });
    expect((await run(named)).data.importTemplate).toMatchObject({
      language: 'python',
      files: [{ path: 'main.py', content: 'print(1)\r\n' }],
    });
    const unnamed = test.neighbours.createProject(ann.userId, {
      language: null,
      files: { 'README.md': 'x'.repeat(5_000), 'a.js': 'a', 'cmd/main.go': 'package main' },
    });
    expect((await run(unnamed)).data.importTemplate.language).toBe('go');

    const codes = await Promise.all(
      [
        test.neighbours.createProject(newId(), { files: { 'a.js': '' } }),
        'nothing',
        test.neighbours.createProject(ann.userId, { files: { 'logo.png': '\u0000' } }),
        test.neighbours.createProject(ann.userId, { language: null, files: { 'README.md': '# Hello' } }),
        test.neighbours.createProject(ann.userId, {
          files: Object.fromEntries(many.map(({ path, content }) => [path, content])),
        }),
      ].map(async (projectId) => (await run(projectId)).errors[0].extensions.code),
    );
    expect(codes).toEqual([
      'NOT_FOUND',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'INVALID_INPUT',
      'GENERATION_TEMPLATE_TOO_LARGE',
    ]);
    // A key that may not read projects must not read them through templates.
    expect((await run(named, ann.token)).errors[0].extensions).toMatchObject({
      code: 'FORBIDDEN',
      scope: 'project:read',
    });
  });
});
