import { createHash } from 'node:crypto';
import { newId } from '@vibecode/platform/id';
import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import type { Envelope } from '@vibecode/schema/events/envelope';
import { signIn, write } from './project.fixture.ts';

const sha = (content: string) => createHash('sha256').update(content).digest('hex');
const notFound = { code: 'NOT_FOUND' };

/** What the project service does, whatever keeps its documents. */
export function describeProject(driver: string, start: () => Promise<SubgraphTest>): void {
  describe(`project subgraph: ${driver}`, () => {
    let test: SubgraphTest;
    beforeAll(async () => {
      test = await start();
    });
    afterAll(() => test[Symbol.asyncDispose]());

    it('makes an empty project at version 0', async () => {
      const ann = await signIn(test);
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
      const ann = await signIn(test);
      await expect(ann.createProject(input)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('takes all of a changeset as one version', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      const first = await ann.apply(id, 0, [write('src/index.js', 'one'), write('README.md', '# Hi\n')]);
      const second = await ann.apply(id, 1, [
        { operation: 'EDIT', path: 'src/index.js', search: 'one', replace: 'two', ifSha256: sha('one') },
        { operation: 'MOVE', path: 'README.md', to: 'docs/README.md' },
        { operation: 'WRITE', path: 'logo.bin', contentBase64: Buffer.from([0, 255]).toString('base64') },
      ]);
      expect([first.number, second.number]).toEqual([1, 2]);
      const { project } = await ann.ask(
        `query($id: ID!) { project(id: $id) {
          head { number message changes { path operation before after diff } }
          tree { __typename name path ... on Folder { entries { path ... on File { content language } } } ... on File { content contentBase64 sha256 bytes } }
          old: file(path: "src/index.js", version: 1) { content } new: file(path: "src/index.js") { content sha256 bytes }
          diff(from: 1, to: 2) { path operation }
          back: diff(from: 2, to: 1) { path operation }
          versions(first: 2) { totalCount pageInfo { hasNextPage endCursor } nodes { number } } } }`,
        { id },
      );
      expect(project).toMatchObject({
        head: {
          number: 2,
          message: 'Change',
          changes: [
            { path: 'src/index.js', operation: 'EDIT', before: 'one', after: 'two' },
            { path: 'docs/README.md', operation: 'MOVE', before: null, after: '# Hi\n' },
            { path: 'README.md', operation: 'MOVE', before: '# Hi\n', after: null },
            {
              path: 'logo.bin',
              operation: 'WRITE',
              before: null,
              after: null,
              diff: 'Binary files /dev/null and b/logo.bin differ\n',
            },
          ],
        },
        tree: [
          {
            __typename: 'Folder',
            name: 'docs',
            entries: [{ path: 'docs/README.md', content: '# Hi\n', language: 'markdown' }],
          },
          {
            __typename: 'Folder',
            name: 'src',
            entries: [{ path: 'src/index.js', content: 'two', language: 'javascript' }],
          },
          { __typename: 'File', name: 'logo.bin', content: null, contentBase64: 'AP8=', bytes: 2 },
        ],
        old: { content: 'one' },
        new: { content: 'two', sha256: sha('two'), bytes: 3 },
        diff: [
          { path: 'README.md', operation: 'DELETE' },
          { path: 'src/index.js', operation: 'EDIT' },
          { path: 'docs/README.md', operation: 'WRITE' },
          { path: 'logo.bin', operation: 'WRITE' },
        ],
        versions: { totalCount: 3, pageInfo: { hasNextPage: true }, nodes: [{ number: 2 }, { number: 1 }] },
      });
      expect((project as { back: unknown[] }).back).toHaveLength(4);
    });

    it('takes none of a changeset that does not fit', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      await ann.apply(id, 0, [write('a', '1')]);
      const good = write('b', '2');
      const refused = async (change: Record<string, unknown>, error: Record<string, unknown>) =>
        expect(ann.apply(id, 1, [good, change])).rejects.toMatchObject(error);
      await refused(write('../x', ''), { code: 'PROJECT_PATH_INVALID', field: 'changes.1.path' });
      await refused(write('a/b', ''), { code: 'PROJECT_PATH_INVALID' });
      await refused(write('x', 'x'.repeat(2 ** 20 + 1)), { code: 'PROJECT_TOO_LARGE' });
      await refused({ operation: 'DELETE', path: 'nowhere' }, { code: 'CONFLICT', field: 'changes.1' });
      await refused({ ...write('a', '2'), ifSha256: sha('0') }, { code: 'CONFLICT', actual: sha('1') });
      await refused({ operation: 'WRITE', path: 'x' }, { code: 'INVALID_INPUT' });
      await refused({ ...write('x', 'y'), contentBase64: '' }, { code: 'INVALID_INPUT' });
      await refused({ operation: 'WRITE', path: 'x', contentBase64: '%' }, { code: 'INVALID_INPUT' });
      await refused({ ...write('x', 'y'), to: 'z' }, { code: 'INVALID_INPUT' });
      await refused({ operation: 'EDIT', path: 'a', search: '', replace: 'x' }, { code: 'INVALID_INPUT' });
      await refused({ operation: 'MOVE', path: 'a' }, { code: 'INVALID_INPUT' });
      await expect(ann.apply(id, 1, [])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(ann.apply(id, 1, [good], { message: ' ' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(ann.apply(id, -1, [good])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      expect(await ann.files(id)).toEqual({ a: '1' });
    });

    it('refuses changes made on another version, and names the head', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      await ann.apply(id, 0, [write('a', '1')]);
      for (const base of [0, 2]) {
        await expect(ann.apply(id, base, [write('a', '2')])).rejects.toMatchObject({
          code: 'PROJECT_VERSION_CONFLICT',
          head: 1,
          baseVersion: base,
        });
      }
    });

    it('makes one version of a request that is sent more than once', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      const key = { idempotencyKey: "it's a key" };
      const versions = await Promise.all(Array.from({ length: 4 }, () => ann.apply(id, 0, [write('a', '1')], key)));
      const again = await ann.apply(id, 0, [write('a', '1')], key);
      expect(new Set([...versions, again].map((version) => version.id)).size).toBe(1);
      await ann.apply(id, 1, [write('a', '2')]);
      expect(await ann.apply(id, 0, [write('a', '1')], key)).toEqual(again);
      await expect(ann.apply(id, 2, [write('a', '3')], key)).rejects.toMatchObject({ code: 'CONFLICT' });
      const other = await ann.createProject();
      expect((await ann.apply(other, 0, [write('a', '1')], key)).number).toBe(1);
    });

    it('lets one of several win each version, and loses none', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      const results = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) => ann.apply(id, 0, [write('a', `${index}`)])),
      );
      const won = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
      expect(won).toHaveLength(1);
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason.code).toBe('PROJECT_VERSION_CONFLICT');
      }
      expect(await ann.files(id)).toEqual({ a: `${won[0]}` });

      const changeset = (path: string) => ({
        projectId: id,
        message: path,
        changes: [write(path, path)],
        idempotencyKey: newId(),
      });
      const paths = Array.from({ length: 6 }, (_, index) => `f${index}`);
      const answers = await Promise.all(
        paths.map((path) => test.internal('ai-generation', 'projects/changesets', changeset(path), ann.id)),
      );
      const numbers = answers.map(({ body }) => (body as { number: number }).number);
      expect(numbers.toSorted()).toEqual([2, 3, 4, 5, 6, 7]);
      expect(Object.keys(await ann.files(id))).toEqual(['a', ...paths]);
    });

    it('restores an old version as a new one', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      await ann.apply(id, 0, [write('a', '1'), write('b', '1')]);
      await ann.apply(id, 1, [write('a', '2'), { operation: 'DELETE', path: 'b' }, write('c', '2')]);
      const { restoreVersion } = await ann.ask(
        `mutation($id: ID!) { restoreVersion(projectId: $id, number: 1) { number message changes { path operation before after } } }`,
        { id },
      );
      expect(restoreVersion).toEqual({
        number: 3,
        message: 'Restored version 1',
        changes: [
          { path: 'a', operation: 'EDIT', before: '2', after: '1' },
          { path: 'c', operation: 'DELETE', before: '2', after: null },
          { path: 'b', operation: 'WRITE', before: null, after: '1' },
        ],
      });
      expect(await ann.files(id)).toEqual({ a: '1', b: '1' });
      expect(await ann.files(id, 2)).toEqual({ a: '2', c: '2' });
      const missing = ann.ask('mutation($id: ID!) { restoreVersion(projectId: $id, number: 9) { number } }', { id });
      await expect(missing).rejects.toMatchObject(notFound);
    });

    it('changes and deletes the project itself', async () => {
      const ann = await signIn(test);
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

    it('says in the audit log who deleted what', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      const logged = Promise.withResolvers<Envelope>();
      await using _ = await test.infrastructure.bus.subscribe(`test-${newId()}`, ['audit.log'], async (event) => {
        if (event.subject === id) logged.resolve(event);
      });
      await ann.ask('mutation($id: ID!) { deleteProject(id: $id) }', { id });
      expect(await logged.promise).toMatchObject({
        partitionkey: ann.id,
        data: { actorId: ann.id, action: 'project.deleted', target: `project:${id}` },
      });
    });

    it('is not there for strangers, by any door', async () => {
      const [ann, bob] = [await signIn(test), await signIn(test)];
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
      expect(await test.query(byReference, { r: references })).toEqual({ data: { _entities: [null, null, null] } });
      expect(await test.query('query($id: ID!) { project(id: $id) { id } }', { id })).toMatchObject({
        errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
      });
    });

    it('gives a token no more than its scopes', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      const reader = await signIn(test, { id: ann.id, scope: 'project:read' });
      expect(await reader.files(id)).toEqual({});
      const forbidden = { code: 'FORBIDDEN', scope: 'project:write' };
      await expect(reader.createProject()).rejects.toMatchObject(forbidden);
      await expect(reader.apply(id, 0, [write('a', '1')])).rejects.toMatchObject(forbidden);
      await expect(reader.ask('mutation($id: ID!) { deleteProject(id: $id) }', { id })).rejects.toMatchObject(
        forbidden,
      );
      const other = await signIn(test, { id: ann.id, scope: 'generation:read' });
      await expect(other.files(id)).rejects.toMatchObject({ code: 'FORBIDDEN', scope: 'project:read' });
      const byReference = 'query($r: [_Any!]!) { _entities(representations: $r) { ... on Project { name } } }';
      expect(await other.ask(byReference, { r: [{ __typename: 'Project', id }] })).toEqual({ _entities: [null] });
    });

    it('lists a user projects to that user and admins, newest first, by page and search', async () => {
      const [ann, bob, admin] = [await signIn(test), await signIn(test), await signIn(test, { role: 'ADMIN' })];
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

    it('pages through files and versions', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      for (let number = 0; number < 5; number++)
        await ann.apply(id, number, [write(`d/${number}`, ''), write(`f${number}`, '')]);
      const query = `query($id: ID!, $after: String, $afterVersion: String) { project(id: $id) {
        files(prefix: "d/", first: 2, after: $after) { totalCount nodes { path } pageInfo { endCursor hasNextPage } }
        versions(first: 4, after: $afterVersion) { totalCount nodes { number } pageInfo { endCursor } } } }`;
      interface Page {
        files: { totalCount: number; nodes: { path: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
        versions: { nodes: { number: number }[]; pageInfo: { endCursor: string } };
      }
      const paths: string[] = [];
      const numbers: number[] = [];
      for (let variables: Record<string, unknown> = { id }; ; ) {
        const { project } = await ann.ask<{ project: Page }>(query, variables);
        expect(project.files.totalCount).toBe(5);
        paths.push(...project.files.nodes.map(({ path }) => path));
        numbers.push(...project.versions.nodes.map(({ number }) => number));
        if (!project.files.pageInfo.hasNextPage) break;
        const { files, versions } = project;
        variables = {
          id,
          after: files.pageInfo.endCursor,
          afterVersion: versions.pageInfo.endCursor ?? variables.afterVersion,
        };
      }
      expect(paths).toEqual(['d/0', 'd/1', 'd/2', 'd/3', 'd/4']);
      expect(numbers).toEqual([5, 4, 3, 2, 1, 0]);
    });

    it('tells watchers of every version after theirs, then live, and of changed fields', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      for (let number = 0; number < 3; number++) await ann.apply(id, number, [write('a', `${number}`)]);
      const changes = ann.watch(
        `subscription($id: ID!, $after: Int) { projectChanged(projectId: $id, afterVersion: $after) { project { name head { number } } version { number changes { after } } } }`,
        { id, after: 1 },
      );
      const next = async () => (await changes.next()).value.data.projectChanged;
      expect(await next()).toMatchObject({ version: { number: 2, changes: [{ after: '1' }] } });
      expect(await next()).toMatchObject({ version: { number: 3 } });
      await ann.apply(id, 3, [write('a', '3')]);
      expect(await next()).toMatchObject({ project: { head: { number: 4 } }, version: { number: 4 } });
      await ann.ask('mutation($id: ID!) { updateProject(id: $id, input: { name: "Renamed" }) { id } }', { id });
      expect(await next()).toEqual({ project: { name: 'Renamed', head: { number: 4 } }, version: null });
      await ann.ask('mutation($id: ID!) { deleteProject(id: $id) }', { id });
      const { value } = await changes.next();
      expect(value.errors[0].extensions).toMatchObject(notFound);
    });

    it('gives every watcher every version, once and in order, whenever it joins', async () => {
      const ann = await signIn(test);
      const id = await ann.createProject();
      const collect = async (after: number) => {
        const numbers: number[] = [];
        const query = `subscription($id: ID!, $after: Int) { projectChanged(projectId: $id, afterVersion: $after) { version { number } } }`;
        for await (const { data } of ann.watch(query, { id, after })) {
          numbers.push((data as { projectChanged: { version: { number: number } } }).projectChanged.version.number);
          if (numbers.at(-1) === 12) return numbers;
        }
        return numbers;
      };
      const watchers: Promise<number[]>[] = [];
      for (let number = 0; number < 12; number++) {
        if (number % 3 === 0) watchers.push(collect(0), collect(number));
        await ann.apply(id, number, [write('a', `${number}`)]);
      }
      const all = Array.from({ length: 12 }, (_, index) => index + 1);
      for (const [index, numbers] of (await Promise.all(watchers)).entries()) {
        expect(numbers).toEqual(index % 2 === 0 ? all : all.slice(Math.floor(index / 2) * 3));
      }
    });

    it('publishes each change once it is made, versions in order', async () => {
      const ann = await signIn(test);
      const received: Envelope[] = [];
      const enough = Promise.withResolvers<void>();
      let id = '';
      const subscription = await test.infrastructure.bus.subscribe(
        `test-${newId()}`,
        ['project.changed'],
        async (event) => {
          if (event.partitionkey !== id && id !== '') return;
          received.push(event);
          if (received.filter(({ data }) => (data as { version: number | null }).version === 3).length > 0)
            enough.resolve();
        },
      );
      await using _ = subscription;
      id = await ann.createProject();
      for (let number = 0; number < 3; number++) await ann.apply(id, number, [write('a', `${number}`)]);
      await enough.promise;
      const unique = [
        ...new Map(received.filter(({ subject }) => subject === id).map((event) => [event.id, event])).values(),
      ];
      const versions = unique
        .map(({ data }) => (data as { version: number | null }).version)
        .filter((version) => version !== null);
      expect(versions).toEqual([1, 2, 3]);
      expect(unique[0]).toMatchObject({
        type: 'project.changed',
        source: '/vibecode/project',
        data: { projectId: id, ownerId: ann.id, authorId: ann.id },
      });
    });

    it('serves the services that act for a user, and no others', async () => {
      const [ann, bob] = [await signIn(test), await signIn(test)];
      const id = await ann.createProject({ language: 'python', framework: 'flask' });
      const facts = { projectId: id, ownerId: ann.id, language: 'python', framework: 'flask' };
      const authorize = (userId: string, need = 'EDITOR') =>
        test.internal('ai-generation', 'projects/authorize', { projectId: id, need }, userId);
      expect(await authorize(ann.id)).toEqual({ status: 200, body: { ...facts, role: 'OWNER', headVersion: 0 } });
      expect(await authorize(bob.id)).toMatchObject({ status: 404, body: { error: notFound } });
      expect(await authorize(ann.id, 'OWNER')).toMatchObject({ status: 400 });
      const stranger = await test.internal('billing', 'projects/authorize', { projectId: id, need: 'VIEWER' }, ann.id);
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
      const made = await test.internal('ai-generation', 'projects/changesets', changeset, ann.id);
      expect(made).toEqual({
        status: 200,
        body: {
          versionId: expect.any(String),
          number: 1,
          files: [{ path: 'main.py', sha256: sha('print(1)\n'), bytes: 9 }],
        },
      });
      expect(await test.internal('ai-generation', 'projects/changesets', changeset, ann.id)).toEqual(made);
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
        test.internal('code-executor', 'projects/snapshot', { projectId: id, version }, ann.id);
      const main = { path: 'main.py', contentBase64: Buffer.from('print(1)\n').toString('base64') };
      const notes = { path: 'notes.txt', contentBase64: Buffer.from('by hand').toString('base64') };
      const { versionId } = made.body as { versionId: string };
      expect(await snapshot(1)).toEqual({ status: 200, body: { ...facts, version: 1, versionId, files: [main] } });
      expect(await snapshot()).toMatchObject({ status: 200, body: { version: 2, files: [main, notes] } });
      expect(await snapshot(7)).toMatchObject({ status: 404 });
    });
  });
}
