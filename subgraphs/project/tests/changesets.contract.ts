import { newId } from '@vibecode/platform/id';
import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import { sha, signIn, write } from './project.fixture.ts';

/** All of a changeset, or nothing of it. */
export function describeChangesets(getTest: () => SubgraphTest): void {
  it('takes all of a changeset as one version', async () => {
    const ann = await signIn(getTest());
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
    const ann = await signIn(getTest());
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
    const ann = await signIn(getTest());
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
    const ann = await signIn(getTest());
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
    const ann = await signIn(getTest());
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
      paths.map((path) => getTest().internal('ai-generation', 'projects/changesets', changeset(path), ann.id)),
    );
    const numbers = answers.map(({ body }) => (body as { number: number }).number);
    expect(numbers.toSorted()).toEqual([2, 3, 4, 5, 6, 7]);
    expect(Object.keys(await ann.files(id))).toEqual(['a', ...paths]);
  });
}
