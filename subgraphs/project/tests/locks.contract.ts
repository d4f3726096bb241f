import { newId } from '@vibecode/platform/id';
import type { SubgraphTest } from '@vibecode/platform/testing/subgraph';
import { notFound, type Person, sha, signIn, write } from './project.fixture.ts';

type Row = Record<string, unknown>;

const mutate = async (person: Person, name: 'lockPaths' | 'unlockPaths', projectId: string, paths: string[]) => {
  const answer = await person.ask<Record<string, { lockedPaths: string[] }>>(
    `mutation($id: ID!, $paths: [String!]!) { ${name}(projectId: $id, paths: $paths) { lockedPaths } }`,
    { id: projectId, paths },
  );
  return answer[name]!.lockedPaths;
};

/** What no generation changes, and what it does not overwrite. */
export function describeLocks(getTest: () => SubgraphTest): void {
  async function open(files: Record<string, string> = {}) {
    const ann = await signIn(getTest());
    const id = await ann.createProject();
    const changes = Object.entries(files).map(([path, content]) => write(path, content));
    if (changes.length > 0) await ann.apply(id, 0, changes);
    return {
      ann,
      id,
      lock: (...paths: string[]) => mutate(ann, 'lockPaths', id, paths),
      unlock: (...paths: string[]) => mutate(ann, 'unlockPaths', id, paths),
      async generate(changes: Row[], more: Row = {}) {
        const changeset = { projectId: id, message: 'Generated', changes, idempotencyKey: newId(), ...more };
        const { status, body } = await getTest().internal('ai-generation', 'projects/changesets', changeset, ann.id);
        const answer = body as { number?: number; leftAlone?: string[]; error?: Row & { details?: Row } };
        return { status, ...answer };
      },
    };
  }

  it('locks files and folders for generations, in any spelling of their paths, and unlocks them', async () => {
    const { ann, id, lock, unlock } = await open();
    expect(await lock('/src/a.js', './docs/', 'SRC/A.js')).toEqual(['docs', 'src/a.js']);
    expect(await lock('docs')).toEqual(['docs', 'src/a.js']);
    expect(await ann.ask('query($id: ID!) { project(id: $id) { lockedPaths } }', { id })).toEqual({
      project: { lockedPaths: ['docs', 'src/a.js'] },
    });
    await expect(unlock('docs/deep/b.md')).rejects.toMatchObject({ code: 'CONFLICT', folder: 'docs' });
    expect(await unlock('Docs', 'never/locked.js')).toEqual(['src/a.js']);
    await expect(lock('/')).rejects.toMatchObject({ code: 'PROJECT_PATH_INVALID', field: 'paths.0' });
    await expect(lock('a', '../b')).rejects.toMatchObject({ code: 'PROJECT_PATH_INVALID', field: 'paths.1' });
    await expect(lock()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const many = Array.from({ length: 1_000 }, (_, index) => `f${index}`);
    await expect(lock(...many)).rejects.toMatchObject({ code: 'PROJECT_TOO_LARGE', most: 1_000, actual: 1_001 });
    await expect(lock(...many, 'one more')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await unlock('src/a.js')).toEqual([]);
    expect(await lock(...many)).toHaveLength(1_000);
  });

  it('leaves locked paths as they are when a generation changes them, and applies the rest', async () => {
    const { ann, id, lock, generate } = await open({ 'config.js': 'mine', 'core/a.js': 'a', 'index.js': 'old' });
    await lock('config.js', 'core');
    const made = await generate([
      write('Config.js', 'theirs'),
      { operation: 'DELETE', path: 'core/a.js' },
      { operation: 'MOVE', path: 'index.js', to: 'core/index.js' },
      { operation: 'EDIT', path: 'index.js', search: 'old', replace: 'new' },
      write('core/new.js', 'new'),
    ]);
    expect(made).toMatchObject({
      status: 200,
      number: 2,
      leftAlone: ['Config.js', 'core/a.js', 'core/index.js', 'core/new.js'],
    });
    expect(await ann.files(id)).toEqual({ 'config.js': 'mine', 'core/a.js': 'a', 'index.js': 'new' });
    // The user may.
    await ann.apply(id, 2, [write('config.js', 'edited'), { operation: 'DELETE', path: 'core/a.js' }]);
    expect(await ann.files(id)).toEqual({ 'config.js': 'edited', 'index.js': 'new' });
  });

  it('refuses a generation that would change locked paths only, and repeats what it said', async () => {
    const { lock, unlock, generate } = await open({ 'a.js': '1' });
    await lock('a.js', 'b');
    const key = { idempotencyKey: newId() };
    const changes = [write('a.js', '2'), write('b/c.js', '3')];
    const refused = await generate(changes, key);
    expect(refused).toMatchObject({
      status: 409,
      error: { code: 'PROJECT_PATHS_LOCKED', details: { paths: ['a.js', 'b/c.js'] } },
    });
    await unlock('b');
    const made = await generate(changes, key);
    expect(made).toMatchObject({ status: 200, leftAlone: ['a.js'] });
    await unlock('a.js');
    expect(await generate(changes, key)).toEqual(made);
  });

  it('lets editors lock, and nobody else', async () => {
    const { id, lock } = await open();
    await lock('a.js');
    const bob = await signIn(getTest());
    await expect(mutate(bob, 'unlockPaths', id, ['a.js'])).rejects.toMatchObject(notFound);
    const admin = await signIn(getTest(), { role: 'ADMIN' });
    await expect(mutate(admin, 'unlockPaths', id, ['a.js'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const reader = await signIn(getTest(), { scope: 'project:read' });
    await expect(mutate(reader, 'lockPaths', id, ['a.js'])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('holds a lock against all changesets that begin after it', async () => {
    const { ann, id, lock, generate } = await open({ 'a.js': 'mine' });
    const [, ...made] = await Promise.all([
      lock('a.js'),
      ...Array.from({ length: 5 }, (_, index) => generate([write('a.js', `${index}`), write(`f${index}`, 'x')])),
    ]);
    expect(made.every(({ status }) => status === 200)).toBe(true);
    const before = (await ann.files(id))['a.js'];
    const after = await generate([write('a.js', 'late'), write('late', 'x')]);
    expect(after.leftAlone).toEqual(['a.js']);
    expect((await ann.files(id))['a.js']).toBe(before);
  });

  it('tells watchers of a lock, and tells services what is locked', async () => {
    const { ann, id, lock } = await open();
    const news = ann.watch(
      'subscription($id: ID!) { projectChanged(projectId: $id) { project { lockedPaths } version { number } } }',
      { id },
    );
    const first = news.next();
    // The subscription may begin after a lock, so there are some.
    const locking = (async () => {
      for (let index = 0; index < 20; index++) await lock(`f${index}`);
    })();
    const { value } = await first;
    await Promise.all([locking, news.return?.()]);
    expect(value.data.projectChanged).toMatchObject({
      project: { lockedPaths: expect.arrayContaining(['f0']) },
      version: null,
    });
    const snapshot = await getTest().internal('ai-generation', 'projects/snapshot', { projectId: id }, ann.id);
    expect((snapshot.body as { lockedPaths: string[] }).lockedPaths).toContain('f0');
  });

  it('does not overwrite a file that somebody else created meanwhile', async () => {
    const { ann, id, generate } = await open({ 'a.js': 'mine' });
    const refused = await generate([write('b.js', '1'), { ...write('a.js', 'theirs'), ifAbsent: true }]);
    expect(refused).toMatchObject({
      status: 409,
      error: { code: 'CONFLICT', details: { path: 'a.js', problem: 'already exists', actual: sha('mine') } },
    });
    await expect(ann.apply(id, 1, [{ ...write('a.js', 'theirs'), ifAbsent: true }])).rejects.toMatchObject({
      code: 'CONFLICT',
    });
    const nonsense = { ...write('a.js', ''), ifAbsent: true, ifSha256: sha('mine') };
    await expect(ann.apply(id, 1, [nonsense])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await expect(ann.apply(id, 1, [{ operation: 'DELETE', path: 'a.js', ifAbsent: true }])).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    expect(await ann.files(id)).toEqual({ 'a.js': 'mine' });
    await ann.apply(id, 1, [{ ...write('c.js', 'new'), ifAbsent: true }]);
    expect(await ann.files(id)).toEqual({ 'a.js': 'mine', 'c.js': 'new' });
  });

  it('merges with what has changed since, and names all files where that is not clean', async () => {
    const lines = '1\n2\n3\n4\n5\n';
    const { ann, id, generate } = await open({ a: lines, b: lines, c: lines, d: lines });
    const since = { operation: 'WRITE', ifSha256: sha(lines) };
    await ann.apply(id, 1, [
      write('a', lines.replace('1', 'one')),
      write('b', lines.replace('5', 'mine')),
      { operation: 'DELETE', path: 'c' },
      write('new', 'mine'),
    ]);
    const key = { idempotencyKey: newId(), merge: true };
    const changes = [
      { ...since, path: 'a', content: lines.replace('5', 'five') },
      { ...since, path: 'd', content: 'whole' },
    ];
    const torn = await generate(
      [
        ...changes,
        { ...since, path: 'b', content: lines.replace('5', 'theirs') },
        { ...since, path: 'c', content: 'c' },
        { ...write('new', 'theirs'), ifAbsent: true },
        { operation: 'DELETE', path: 'b', ifSha256: sha(lines) },
      ],
      key,
    );
    expect(torn).toMatchObject({ status: 409, error: { code: 'PROJECT_MERGE_CONFLICT' } });
    const { conflicts } = torn.error!.details as { conflicts: { path: string }[] };
    expect(conflicts.map(({ path }) => path)).toEqual(['b', 'c', 'new', 'b']);
    const made = await generate(changes, key);
    expect(made).toMatchObject({ status: 200, number: 3 });
    expect(await ann.files(id)).toMatchObject({ a: 'one\n2\n3\n4\nfive\n', d: 'whole', new: 'mine' });
    // The same changes are there already: also with a new key, nothing is lost or written twice.
    await ann.apply(id, 3, [write('a', 'later')]);
    expect(await generate(changes, key)).toEqual(made);
    expect((await ann.files(id)).a).toBe('later');
  });
}
