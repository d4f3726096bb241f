import { newId } from '@vibecode/platform/id';
import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import { notFound, sha, signIn, write } from './project.fixture.ts';

/** Who gets in by which door, and who does not. */
export function describeAccess(getTest: () => SubgraphTest): void {
  it('is not there for strangers, by any door', async () => {
    const [ann, bob] = [await signIn(getTest()), await signIn(getTest())];
    const id = await ann.createProject();
    const version = await ann.apply(id, 0, [write('a', '1')]);
    for (const wanted of [id, newId(), 'nonsense']) {
      const variables = { id: wanted, input: { name: 'x' } };
      for (const operation of [
        'query($id: ID!) { project(id: $id) { id } }',
        'mutation($id: ID!, $input: UpdateProjectInput!) { updateProject(id: $id, input: $input) { id } }',
        'mutation($id: ID!) { deleteProject(id: $id) }',
        'mutation($id: ID!) { restoreVersion(projectId: $id, number: 0) { id } }',
      ]) {
        await expect(bob.ask(operation, variables)).rejects.toMatchObject(notFound);
      }
      await expect(bob.apply(wanted, 1, [write('a', '2')])).rejects.toMatchObject(notFound);
      const { value } = await bob
        .watch('subscription($id: ID!) { projectChanged(projectId: $id) { project { id } } }', { id: wanted })
        .next();
      expect(value.errors[0].extensions).toMatchObject(notFound);
    }
    const references = [
      { __typename: 'Project', id },
      { __typename: 'Version', id: version.id },
      { __typename: 'Project', id: 'nonsense' },
    ];
    const byReference = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Project { name } ... on Version { number } } }`;
    expect(await bob.ask(byReference, { r: references })).toEqual({ _entities: [null, null, null] });
    expect(await ann.ask(byReference, { r: references })).toEqual({
      _entities: [{ name: 'Project' }, { number: 1 }, null],
    });
    expect(await getTest().query(byReference, { r: references })).toEqual({ data: { _entities: [null, null, null] } });
    expect(await getTest().query('query($id: ID!) { project(id: $id) { id } }', { id })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  it('gives a token no more than its scopes', async () => {
    const ann = await signIn(getTest());
    const id = await ann.createProject();
    const reader = await signIn(getTest(), { id: ann.id, scope: 'project:read' });
    expect(await reader.files(id)).toEqual({});
    const forbidden = { code: 'FORBIDDEN', scope: 'project:write' };
    await expect(reader.createProject()).rejects.toMatchObject(forbidden);
    await expect(reader.apply(id, 0, [write('a', '1')])).rejects.toMatchObject(forbidden);
    await expect(reader.ask('mutation($id: ID!) { deleteProject(id: $id) }', { id })).rejects.toMatchObject(forbidden);
    const other = await signIn(getTest(), { id: ann.id, scope: 'generation:read' });
    await expect(other.files(id)).rejects.toMatchObject({ code: 'FORBIDDEN', scope: 'project:read' });
    const byReference = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Project { name } } }';
    expect(await other.ask(byReference, { r: [{ __typename: 'Project', id }] })).toEqual({ _entities: [null] });
  });

  it('serves the services that act for a user, and no others', async () => {
    const [ann, bob] = [await signIn(getTest()), await signIn(getTest())];
    const id = await ann.createProject({ language: 'python', framework: 'flask' });
    const facts = { projectId: id, ownerId: ann.id, language: 'python', framework: 'flask' };
    const authorize = (userId: string, need = 'EDITOR') =>
      getTest().internal('ai-generation', 'projects/authorize', { projectId: id, need }, userId);
    expect(await authorize(ann.id)).toEqual({ status: 200, body: { ...facts, role: 'OWNER', headVersion: 0 } });
    expect(await authorize(bob.id)).toMatchObject({ status: 404, body: { error: notFound } });
    expect(await authorize(ann.id, 'OWNER')).toMatchObject({ status: 400 });
    const stranger = await getTest().internal(
      'billing',
      'projects/authorize',
      { projectId: id, need: 'VIEWER' },
      ann.id,
    );
    expect(stranger.status).toBe(403);

    const provenance = {
      generationId: newId(),
      model: 'smollm2:135m',
      provider: 'ollama',
      promptSha256: sha('prompt'),
      templates: [{ id: newId(), score: 0.75 }],
    };
    const changeset = {
      projectId: id,
      message: 'Generated',
      changes: [write('main.py', 'print(1)\n')],
      idempotencyKey: provenance.generationId,
      provenance,
    };
    const made = await getTest().internal('ai-generation', 'projects/changesets', changeset, ann.id);
    expect(made).toEqual({
      status: 200,
      body: {
        versionId: expect.any(String),
        number: 1,
        files: [{ path: 'main.py', sha256: sha('print(1)\n'), bytes: 9 }],
        leftAlone: [],
      },
    });
    expect(await getTest().internal('ai-generation', 'projects/changesets', changeset, ann.id)).toEqual(made);
    await ann.apply(id, 1, [write('notes.txt', 'by hand')]);
    const { project } = await ann.ask(
      `query($id: ID!) { project(id: $id) { version(number: 1) { provenance { model provider promptSha256 generation { id } templates { score template { id } } } }
        generated: file(path: "main.py") { provenance { model } } written: file(path: "notes.txt") { provenance { model } } } }`,
      { id },
    );
    expect(project).toEqual({
      version: {
        provenance: {
          model: 'smollm2:135m',
          provider: 'ollama',
          promptSha256: sha('prompt'),
          generation: { id: provenance.generationId },
          templates: [{ score: 0.75, template: { id: provenance.templates[0]?.id } }],
        },
      },
      generated: { provenance: { model: 'smollm2:135m' } },
      written: { provenance: null },
    });

    const snapshot = (version?: number) =>
      getTest().internal('code-executor', 'projects/snapshot', { projectId: id, version }, ann.id);
    const main = { path: 'main.py', contentBase64: Buffer.from('print(1)\n').toString('base64') };
    const notes = { path: 'notes.txt', contentBase64: Buffer.from('by hand').toString('base64') };
    const { versionId } = made.body as { versionId: string };
    expect(await snapshot(1)).toEqual({
      status: 200,
      body: { ...facts, version: 1, versionId, lockedPaths: [], files: [main] },
    });
    expect(await snapshot()).toMatchObject({ status: 200, body: { version: 2, files: [main, notes] } });
    expect(await snapshot(7)).toMatchObject({ status: 404 });
  });
}
