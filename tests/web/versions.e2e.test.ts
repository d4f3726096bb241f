import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { askAs, enterAsDemo, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';

const WRITE = 'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }';
const READ =
  'query($id: ID!, $path: String!) { project(id: $id) { head { number } files(prefix: $path) { nodes { content } } } }';

/** A project of the signed-in person, and ways to change it from outside the page. */
async function createProject(page: Page, files: Readonly<Record<string, string>>) {
  const { createProject: made } = await askAs<{ createProject: { id: string } }>(
    page,
    'mutation { createProject(input: { name: "Notes", language: "javascript" }) { id } }',
  );
  const write = (baseVersion: number, message: string, contents: Readonly<Record<string, string>>) =>
    askAs(page, WRITE, {
      input: {
        projectId: made.id,
        baseVersion,
        message,
        idempotencyKey: randomUUID(),
        changes: Object.entries(contents).map(([path, content]) => ({ operation: 'WRITE', path, content })),
      },
    });
  const remove = (baseVersion: number, paths: readonly string[]) =>
    askAs(page, WRITE, {
      input: {
        projectId: made.id,
        baseVersion,
        message: 'tidied up',
        idempotencyKey: randomUUID(),
        changes: paths.map((path) => ({ operation: 'DELETE', path })),
      },
    });
  await write(0, 'first', files);
  const read = async (path: string) => {
    type Found = { project: { head: { number: number }; files: { nodes: { content: string }[] } } };
    const { project } = await askAs<Found>(page, READ, { id: made.id, path });
    return { version: project.head.number, content: project.files.nodes[0]?.content ?? null };
  };
  return { id: made.id, write, remove, read };
}

describe('the versions of a project', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;

  beforeAll(async () => {
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  async function enter() {
    const guest = await visit(browser, graph.url);
    await enterAsDemo(guest.page);
    return guest;
  }

  const FIRST = { 'index.js': 'one\ntwo\nthree\nfour\nfive\n', 'kept.txt': 'kept\n' };

  it('are compared inline and side by side, and one file goes back alone', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, write, read } = await createProject(page, FIRST);
    await write(1, 'second', { 'index.js': 'one\nTWO\nthree\nfour\nfive\n', 'kept.txt': 'kept, and more\n' });
    await page.goto(`/p/${id}/diff/1..2`);
    const table = page.getByRole('region', { name: 'index.js' });
    await table.getByText('TWO', { exact: true }).waitFor();
    expect(await table.locator('tr').first().locator('td').count()).toBe(4);
    await page.getByRole('button', { name: 'Side by side' }).click();
    const row = table.locator('tr', { hasText: /TWO/ });
    expect(await row.locator('td').allTextContents()).toEqual(['2', '−two', '2', '+TWO']);
    // It is remembered.
    await page.reload();
    await row.waitFor();
    expect(await row.locator('td').allTextContents()).toEqual(['2', '−two', '2', '+TWO']);

    await page.goto(`/p/${id}/v/2`);
    await page.getByRole('button', { name: 'Put back index.js as it was before' }).click();
    await page.getByText('index.js is again as in version 1. All other files stayed.').waitFor();
    expect(await read('index.js')).toEqual({ version: 3, content: FIRST['index.js'] });
    expect((await read('kept.txt')).content).toBe('kept, and more\n');
    // Asked again, it does nothing and says so.
    await page.getByRole('button', { name: 'Put back index.js as it was before' }).click();
    await page.getByText('index.js is as in version 1 already.').waitFor();
    expect((await read('index.js')).version).toBe(3);
    expect(guest.complaints).toEqual([]);
  });

  it('put a file back that was not there before by taking it away', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, write, read } = await createProject(page, FIRST);
    await write(1, 'adds a file', { 'new.txt': 'new\n' });
    await page.goto(`/p/${id}/v/2`);
    await page.getByRole('button', { name: 'Put back new.txt as it was before' }).click();
    await page.getByText('new.txt is again as in version 1.').waitFor();
    expect(await read('new.txt')).toEqual({ version: 3, content: null });
  });

  it('say which of them wrote each line', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, write } = await createProject(page, FIRST);
    await write(1, 'shouts', { 'index.js': 'zero\none\nTWO\nthree\nfour\nfive\n' });
    await page.goto(`/p/${id}?file=index.js`);
    await page.getByRole('button', { name: 'Blame' }).click();
    const lines = page.getByRole('region', { name: 'Who wrote which line of index.js' }).locator('tbody tr');
    await lines.first().waitFor();
    expect(await lines.allTextContents()).toEqual([
      'v2 shouts1zero',
      'v1 first2one',
      'v2 shouts3TWO',
      'v1 first4three',
      '5four',
      '6five',
    ]);
    await lines.first().getByRole('link').click();
    await page.getByRole('heading', { name: 'Version 2' }).waitFor();
  });

  it('come back whole, from the keyboard', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, write, read } = await createProject(page, FIRST);
    await write(1, 'second', { 'index.js': 'all else\n' });
    await page.goto(`/p/${id}`);
    await page.getByRole('link', { name: 'second' }).waitFor();
    await page.getByRole('textbox', { name: 'Prompt' }).focus();
    // Without waiting for the palette: no key is lost while it comes.
    await page.keyboard.press('Control+k');
    await page.keyboard.type('restore 1');
    await page.getByRole('option', { name: 'Restore version 1', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('The files of version 1 are now version 3.').waitFor();
    expect(await page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA');
    expect(await read('index.js')).toEqual({ version: 3, content: FIRST['index.js'] });
  });

  it('meet in a conflict that shows what both began from, and puts separate lines together', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, write, read } = await createProject(page, { 'plan.txt': FIRST['index.js'] });
    await page.goto(`/p/${id}?file=plan.txt`);
    const editor = page.getByRole('textbox', { name: 'Text of plan.txt' });
    await editor.getByText('three').waitFor();
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('mine\n');
    await page.getByText('1 file not saved').waitFor();
    await write(1, 'elsewhere', { 'plan.txt': `${FIRST['index.js']}theirs\n` });
    await page.getByText('plan.txt was changed elsewhere.').waitFor();
    await page.getByRole('textbox', { name: 'In the project (version 2)' }).getByText('theirs').waitFor();
    await page.getByRole('button', { name: 'Before both changes' }).click();
    const base = page.getByRole('textbox', { name: 'Before both changes' });
    await base.getByText('one', { exact: true }).waitFor();
    expect(await base.getByText('theirs').count()).toBe(0);
    await page.getByRole('button', { name: 'Take both changes' }).click();
    await page.getByRole('textbox', { name: 'Yours (edit here)' }).getByText('theirs').waitFor();
    await page.getByRole('button', { name: 'Save my side' }).click();
    await page.getByRole('link', { name: 'v3', exact: true }).waitFor();
    expect((await read('plan.txt')).content).toBe(`mine\n${FIRST['index.js']}theirs\n`);
  });

  it('show a file that was deleted elsewhere as gone, and beside the text of who was at it', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, remove, read } = await createProject(page, FIRST);
    await page.goto(`/p/${id}?file=kept.txt`);
    await page.getByRole('textbox', { name: 'Text of kept.txt' }).getByText('kept').waitFor();
    await page.getByRole('treeitem', { name: 'index.js' }).click();
    const editor = page.getByRole('textbox', { name: 'Text of index.js' });
    await editor.getByText('three').waitFor();
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('// mine');
    await remove(1, ['index.js', 'kept.txt']);
    await page.getByText('index.js was changed elsewhere.').waitFor();
    await page.getByRole('button', { name: 'In the project (version 2): deleted' }).waitFor();
    await page.getByRole('button', { name: 'Save my side' }).click();
    await page.getByRole('link', { name: 'v3', exact: true }).waitFor();
    expect((await read('index.js')).content).toBe(`// mine${FIRST['index.js']}`);
    await page.getByRole('button', { name: 'kept.txt', exact: true }).click();
    await page.getByText('This file is not in this version.').waitFor();
  });

  it('reach another window by themselves, and keep what is not saved there', async () => {
    await using guest = await enter();
    const { page, context } = guest;
    const { id, read } = await createProject(page, FIRST);
    await page.goto(`/p/${id}?file=index.js`);
    const other = await context.newPage();
    await other.goto(`/p/${id}?file=index.js`);
    const [here, there] = [page, other].map((window) => window.getByRole('textbox', { name: 'Text of index.js' }));
    if (!here || !there) throw new Error('There are two windows.');
    await here.getByText('three').waitFor();
    await there.getByText('three').waitFor();
    await here.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('from here\n');
    await page.keyboard.press('Control+s');
    await there.getByText('from here').waitFor();
    await other.getByRole('link', { name: 'v2', exact: true }).waitFor();
    // Both write now. The second to save sees both sides, and loses neither.
    await there.click();
    await other.keyboard.press('Control+End');
    await other.keyboard.type('from there');
    await here.click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('here again');
    await page.keyboard.press('Control+s');
    await other.getByText('index.js was changed elsewhere.').waitFor();
    await other.getByText('Both changed the same lines.').waitFor();
    await other.getByRole('textbox', { name: 'Yours (edit here)' }).getByText('from there').waitFor();
    await other.getByRole('button', { name: 'Save my side' }).click();
    await page.getByRole('link', { name: 'v4', exact: true }).waitFor();
    await here.getByText('from there').waitFor();
    expect((await read('index.js')).version).toBe(4);
    expect(guest.complaints).toEqual([]);
  });
});
