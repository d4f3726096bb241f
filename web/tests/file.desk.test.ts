import { FileDesk, type FileDeskOptions, MovedOnError } from '../src/features/file/file.desk.ts';

/** A project in memory, with the rules of the real one: versions only grow, and a save names what it began from. */
function createProject(files: Record<string, string>) {
  const versions: Record<string, string>[] = [{}, files];
  const drafts = new Map<string, unknown>();
  const toSha = (text: string) => `sha:${text}`;
  const head = () => versions.length - 1;
  const change = (path: string, content: string | null) => {
    const { [path]: _, ...rest } = versions[head()]!;
    versions.push(content === null ? rest : { ...rest, [path]: content });
  };
  const options: FileDeskOptions = {
    load: async (path, version) => {
      const at = version ?? head();
      const content = versions[at]?.[path];
      return { file: content === undefined ? null : { content, sha256: toSha(content) }, version: at };
    },
    save: async (base, saved) => {
      const now = versions[head()]!;
      if (base !== head()) throw new MovedOnError('moved on');
      for (const { path, ifSha256 } of saved)
        if (ifSha256 && ifSha256 !== toSha(now[path] ?? '')) throw new MovedOnError('other content');
      versions.push({ ...now, ...Object.fromEntries(saved.map(({ path, content }) => [path, content])) });
      return head();
    },
    sha256: async (text) => toSha(text),
    keepDraft: (path, draft) => (draft ? drafts.set(path, draft) : drafts.delete(path)),
  };
  const hashes = () => new Map(Object.entries(versions[head()]!).map(([path, text]) => [path, toSha(text)]));
  return { versions, drafts, change, options, head, hashes, desk: new FileDesk(1, options) };
}

describe('the desk of open files', () => {
  it('saves what was changed as one version, and nothing twice', async () => {
    const { desk, versions, drafts } = createProject({ a: '1', b: '2', c: '3' });
    await Promise.all(['a', 'b', 'c'].map((path) => desk.open(path)));
    desk.edit('a', '1!');
    desk.edit('b', '2!');
    expect([...drafts.keys()]).toEqual(['a', 'b']);
    expect(await desk.save()).toBe(2);
    expect(versions[2]).toEqual({ a: '1!', b: '2!', c: '3' });
    expect(desk.dirty).toEqual([]);
    expect(drafts.size).toBe(0);
    expect(await desk.save()).toBeNull();
  });

  it('saves on top of a version that left its files alone', async () => {
    const { desk, change, versions } = createProject({ a: '1', b: '2' });
    await desk.open('a');
    desk.edit('a', 'mine');
    change('b', 'theirs');
    expect(await desk.save()).toBe(3);
    expect(versions[3]).toEqual({ a: 'mine', b: 'theirs' });
  });

  it('keeps both sides of a file that was changed elsewhere, and saves none of them by itself', async () => {
    const { desk, change, versions, drafts } = createProject({ a: '1', b: '2' });
    await Promise.all([desk.open('a'), desk.open('b')]);
    desk.edit('a', 'mine');
    change('a', 'theirs');
    expect(await desk.save()).toBeNull();
    expect(versions).toHaveLength(3);
    expect(desk.files().get('a')).toMatchObject({
      text: 'mine',
      conflict: { version: 2, theirs: { content: 'theirs' } },
    });
    expect(drafts.has('a')).toBe(true);
    // The other files go on being saved.
    desk.edit('b', 'also mine');
    expect(await desk.save()).toBe(3);
    expect(versions[3]).toEqual({ a: 'theirs', b: 'also mine' });
    desk.keepMine('a', 'merged');
    expect(await desk.save()).toBe(4);
    expect(versions[4]).toEqual({ a: 'merged', b: 'also mine' });
  });

  it('takes over what changed elsewhere where nothing was typed, and asks where something was', async () => {
    const { desk, change, head, hashes } = createProject({ a: '1', b: '2' });
    await Promise.all([desk.open('a'), desk.open('b')]);
    desk.edit('b', 'mine');
    change('a', 'theirs');
    change('b', 'theirs too');
    await desk.moveTo(head(), hashes());
    expect(desk.files().get('a')).toMatchObject({ text: 'theirs', isDirty: false, revision: 2 });
    expect(desk.files().get('b')).toMatchObject({ text: 'mine', conflict: { theirs: { content: 'theirs too' } } });
    await desk.takeTheirs('b');
    expect(desk.files().get('b')).toMatchObject({ text: 'theirs too', isDirty: false, conflict: null });
  });

  it('sees no conflict where both sides came to the same, and one where the file is gone', async () => {
    const { desk, change, head, hashes, versions } = createProject({ a: '1', b: '2' });
    await Promise.all([desk.open('a'), desk.open('b')]);
    desk.edit('a', 'same');
    desk.edit('b', 'mine');
    change('a', 'same');
    change('b', null);
    await desk.moveTo(head(), hashes());
    expect(desk.files().get('a')).toMatchObject({ isDirty: false, conflict: null });
    expect(desk.files().get('b')).toMatchObject({ text: 'mine', conflict: { theirs: null } });
    desk.keepMine('b', 'mine');
    expect(await desk.save()).toBe(4);
    expect(versions[4]).toEqual({ a: 'same', b: 'mine' });
  });

  it('goes on from edits that were kept, and notices what happened meanwhile', async () => {
    const { desk, change, head, hashes } = createProject({ a: '1' });
    desk.restore('a', { text: 'kept', base: { content: '1', sha256: 'sha:1' } });
    await desk.moveTo(1, hashes());
    expect(desk.files().get('a')).toMatchObject({ text: 'kept', isDirty: true, conflict: null });
    change('a', 'theirs');
    await desk.moveTo(head(), hashes());
    expect(desk.files().get('a')?.conflict?.theirs?.content).toBe('theirs');
  });

  it('keeps what was typed while a save was under way', async () => {
    const project = createProject({ a: '1' });
    const { promise: gate, resolve: letThrough } = Promise.withResolvers<void>();
    const desk = new FileDesk(1, {
      ...project.options,
      save: (base, files) => gate.then(() => project.options.save(base, files)),
    });
    await desk.open('a');
    desk.edit('a', 'first');
    const saving = desk.save();
    desk.edit('a', 'first and second');
    letThrough();
    expect(await saving).toBe(2);
    expect(project.versions[2]).toEqual({ a: 'first' });
    expect(desk.files().get('a')).toMatchObject({ text: 'first and second', isDirty: true });
    expect(project.drafts.has('a')).toBe(true);
  });

  it('keeps what was typed while the file, or one before it, was loaded again', async () => {
    const project = createProject({ a: '1', b: '2' });
    let gate = Promise.resolve();
    const desk = new FileDesk(1, {
      ...project.options,
      load: (path, version) => gate.then(() => project.options.load(path, version)),
    });
    await Promise.all([desk.open('a'), desk.open('b')]);
    project.change('a', 'theirs');
    project.change('b', 'theirs too');
    const { promise, resolve: letThrough } = Promise.withResolvers<void>();
    gate = promise;
    const moving = desk.moveTo(project.head(), project.hashes());
    desk.edit('a', 'mine');
    desk.edit('b', 'also mine');
    letThrough();
    await moving;
    expect(desk.files().get('a')).toMatchObject({ text: 'mine', conflict: { theirs: { content: 'theirs' } } });
    expect(desk.files().get('b')).toMatchObject({ text: 'also mine', conflict: { theirs: { content: 'theirs too' } } });
    expect([...project.drafts.keys()]).toEqual(['a', 'b']);
  });

  it('says of what it cannot show why', async () => {
    const { desk } = createProject({ a: '1' });
    await desk.open('nowhere');
    expect(desk.files().get('nowhere')?.state).toBe('gone');
  });
});
