import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import { notFound, signIn, write } from './project.fixture.ts';

/** What may be done to projects themselves, and how they are listed. */
export function describeProjects(getTest: () => SubgraphTest): void {
  it('makes an empty project at version 0', async () => {
    const ann = await signIn(getTest());
    const input = { name: ' Greeter ', description: 'Says hello', language: 'JavaScript' };
    const id = await ann.createProject(input);
    const { project } = await ann.ask(
      `query($id: ID!) { project(id: $id) { id name description language framework createdAt updatedAt owner { id }
        members { user { id } role } head { number message author { id } project { id } changes { path } provenance { model } }
        versions { totalCount nodes { number } } tree { name } files { totalCount nodes { path } } } }`,
      { id },
    );
    expect(project).toEqual({
      id,
      name: 'Greeter',
      description: 'Says hello',
      language: 'javascript',
      framework: null,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
      owner: { id: ann.id },
      members: [{ user: { id: ann.id }, role: 'OWNER' }],
      head: {
        number: 0,
        message: 'Project created',
        author: { id: ann.id },
        project: { id },
        changes: [],
        provenance: null,
      },
      versions: { totalCount: 1, nodes: [{ number: 0 }] },
      tree: [],
      files: { totalCount: 0, nodes: [] },
    });
  });

  it.each([
    ['an empty name', { name: ' ' }],
    ['a long name', { name: 'x'.repeat(101) }],
    ['a name with a line break', { name: 'a\nb' }],
    ['half a character', { name: '\ud800' }],
    ['U+0000', { name: 'x', description: 'a\u0000b' }],
    ['a long description', { name: 'x', description: 'x'.repeat(2_001) }],
    ['an empty language', { name: 'x', language: '' }],
  ])('refuses a project with %s', async (_, input) => {
    const ann = await signIn(getTest());
    await expect(ann.createProject(input)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('changes and deletes the project itself', async () => {
    const ann = await signIn(getTest());
    const id = await ann.createProject({ description: 'old' });
    const update = (input: Record<string, unknown>) =>
      ann.ask(
        'mutation($id: ID!, $input: UpdateProjectInput!) { updateProject(id: $id, input: $input) { name description } }',
        { id, input },
      );
    expect(await update({ name: 'New' })).toEqual({ updateProject: { name: 'New', description: 'old' } });
    expect(await update({ description: null })).toEqual({ updateProject: { name: 'New', description: null } });
    await expect(update({ name: null })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await ann.ask('mutation($id: ID!) { deleteProject(id: $id) }', { id })).toEqual({ deleteProject: true });
    expect(await ann.tell('query($id: ID!) { project(id: $id) { id } }', { id })).toMatchObject({
      data: { project: null },
      errors: [{ extensions: notFound }],
    });
    await expect(ann.apply(id, 0, [write('a', '1')])).rejects.toMatchObject(notFound);
  });

  it('lists a user projects to that user and admins, newest first, by page and search', async () => {
    const [ann, bob, admin] = [
      await signIn(getTest()),
      await signIn(getTest()),
      await signIn(getTest(), { role: 'ADMIN' }),
    ];
    const names = ['Alpha', 'Beta 100%', 'alphabet', "Gamma's"];
    for (const name of names) await ann.createProject({ name });
    await bob.createProject({ name: 'Alpha of Bob' });
    const query = `query($r: [_Any!]!, $first: Int, $after: String, $search: String) { _entities(representations: $r) {
      ... on User { projects(first: $first, after: $after, search: $search) { totalCount nodes { name head { number } } pageInfo { hasNextPage endCursor } } } } }`;
    const list = async (person: typeof ann, variables: Record<string, unknown> = {}) => {
      const data = await person.ask<{
        _entities: [
          { projects: { totalCount: number; nodes: { name: string }[]; pageInfo: { endCursor: string } } | null },
        ];
      }>(query, { r: [{ __typename: 'User', id: ann.id }], first: 20, ...variables });
      return data._entities[0].projects;
    };
    const namesOf = (connection: Awaited<ReturnType<typeof list>>) => connection?.nodes.map(({ name }) => name);
    expect(namesOf(await list(ann))).toEqual(names.toReversed());
    expect(namesOf(await list(admin))).toEqual(names.toReversed());
    expect(await list(bob)).toBeNull();
    const first = await list(ann, { first: 3 });
    expect(first).toMatchObject({ totalCount: 4, pageInfo: { hasNextPage: true } });
    expect(namesOf(await list(ann, { first: 3, after: first?.pageInfo.endCursor }))).toEqual(['Alpha']);
    expect(namesOf(await list(ann, { search: 'ALPHA' }))).toEqual(['alphabet', 'Alpha']);
    expect(namesOf(await list(ann, { search: '0%' }))).toEqual(['Beta 100%']);
    expect(namesOf(await list(ann, { search: "a's" }))).toEqual(["Gamma's"]);
    expect(namesOf(await list(ann, { search: '.*' }))).toEqual([]);
    await expect(list(ann, { first: 101 })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(list(ann, { after: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
}
