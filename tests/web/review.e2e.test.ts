import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { findFaults } from '../support/axe.ts';
import { askAs, enterAsDemo, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted.model.ts';

const WRITE = 'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }';
const LINES = 'one\ntwo\nthree\nfour\nfive\n';

async function createProject(page: Page, files: Readonly<Record<string, string>>) {
  const { createProject: made } = await askAs<{ createProject: { id: string } }>(
    page,
    'mutation { createProject(input: { name: "Reviewed", language: "javascript" }) { id } }',
  );
  const write = (baseVersion: number, contents: Readonly<Record<string, string>>) =>
    askAs(page, WRITE, {
      input: {
        ...{ projectId: made.id, baseVersion, message: 'by hand', idempotencyKey: randomUUID() },
        changes: Object.entries(contents).map(([path, content]) => ({ operation: 'WRITE', path, content })),
      },
    });
  await write(0, files);
  const read = async () => {
    type Found = { project: { head: { number: number }; files: { nodes: { path: string; content: string }[] } } };
    const query = 'query($id: ID!) { project(id: $id) { head { number } files { nodes { path content } } } }';
    const { project } = await askAs<Found>(page, query, { id: made.id });
    const contents = Object.fromEntries(project.files.nodes.map(({ path, content }) => [path, content]));
    return { version: project.head.number, files: contents };
  };
  return { id: made.id, write, read };
}

describe('changes that are reviewed before they land', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;
  let model: ScriptedModel;
  let dataDir: string;

  beforeAll(async () => {
    model = opened.use(await startScriptedModel());
    dataDir = opened.use(await createDataDirectory()).path;
    graph = await startEmbeddedGraph({ dataDir, env: model.env });
    opened.defer(() => graph[Symbol.asyncDispose]());
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  async function enter(options: Parameters<typeof visit>[2] = {}) {
    const guest = await visit(browser, graph.url, options);
    await enterAsDemo(guest.page);
    return guest;
  }

  /** Asks for a change with a review, and answers it. */
  async function ask(page: Page, answer: string) {
    const next = model.nextAnswer();
    await page.getByRole('checkbox', { name: 'Review first' }).check();
    await page.getByRole('textbox', { name: 'Prompt' }).fill('Change the numbers');
    await page.getByRole('button', { name: 'Send' }).click();
    const given = await next;
    given.say(answer);
    given.end();
    await page.getByText('The changes wait for you. Nothing has reached the project yet.').waitFor();
  }

  const toFile = (path: string, content: string) => `<file path="${path}">\n${content}</file>\n`;

  it('leave locked files alone, are shown as diffs, outlive a kill, and are merged with what changed meanwhile', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, write, read } = await createProject(page, { 'config.js': 'mine\n', 'index.js': LINES });
    await page.goto(`/p/${id}`);
    await page.getByRole('treeitem', { name: 'config.js' }).hover();
    await page.getByRole('button', { name: 'Lock config.js: no generation changes it' }).click();
    await page.getByRole('button', { name: 'Unlock config.js' }).waitFor();
    await ask(
      page,
      `Two files.\n\n${toFile('index.js', LINES.replace('five', 'FIVE'))}${toFile('config.js', 'theirs\n')}${toFile('new.js', 'new\n')}`,
    );
    await page.getByText('left alone, because locked: config.js').waitFor();
    expect(await read()).toEqual({ version: 1, files: { 'config.js': 'mine\n', 'index.js': LINES } });
    await page.getByRole('link', { name: 'Review', exact: true }).click();
    await page.getByRole('region', { name: 'index.js' }).getByText('FIVE', { exact: true }).waitFor();
    const address = page.url();
    // The server is killed, and another one begins.
    graph.process.kill('SIGKILL');
    await graph.process.exited;
    const { port } = new URL(graph.url);
    graph = await startEmbeddedGraph({ dataDir, env: { ...model.env, PORT: port } });
    await page.goto(address);
    await page.getByRole('heading', { name: 'Review the changes' }).waitFor();
    await page.getByRole('region', { name: 'index.js' }).getByText('FIVE', { exact: true }).waitFor();
    await write(1, { 'index.js': LINES.replace('one', 'ONE') });
    await page.getByRole('button', { name: 'Accept all' }).click();
    await page.getByRole('link', { name: 'Show changes of version 3' }).first().waitFor();
    const merged = LINES.replace('one', 'ONE').replace('five', 'FIVE');
    expect(await read()).toEqual({
      version: 3,
      files: { 'config.js': 'mine\n', 'index.js': merged, 'new.js': 'new\n' },
    });
    expect(guest.complaints).toEqual([]);
  });

  it('are accepted by file, with the keyboard, where the others do not fit any more', async () => {
    await using guest = await enter({ colorScheme: 'dark', bypassCSP: true });
    const { page } = guest;
    const { id, write, read } = await createProject(page, { 'a.js': LINES, 'b.js': LINES });
    await page.goto(`/p/${id}`);
    await ask(
      page,
      toFile('a.js', LINES.replace('two', 'TWO')) + toFile('b.js', LINES.replace('two', 'TWO')) + toFile('c.js', 'c\n'),
    );
    await write(1, { 'b.js': LINES.replace('two', 'zwei') });
    await page.getByRole('link', { name: 'Review', exact: true }).click();
    await page.getByRole('button', { name: 'Accept all' }).click();
    await page.getByText('b.js has changed in the same place since').waitFor();
    expect((await read()).version).toBe(2);
    expect(await findFaults(page)).toEqual([]);
    await page.getByRole('button', { name: 'Leave these out' }).click();
    await page.getByRole('button', { name: 'Accept 2 of 3 files' }).waitFor();
    const box = (path: string) => page.getByRole('checkbox', { name: `Accept the changes of ${path}` });
    await box('b.js').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    expect(await box('c.js').isChecked()).toBe(false);
    await page.getByRole('button', { name: 'Accept 1 of 3 files' }).click();
    await page.getByRole('link', { name: 'Show changes of version 3' }).first().waitFor();
    expect((await read()).files).toEqual({ 'a.js': LINES.replace('two', 'TWO'), 'b.js': LINES.replace('two', 'zwei') });
    expect(guest.complaints).toEqual([]);
  });

  it('are accepted by hunk: parts become a version of the user, whole files come from the model', async () => {
    await using guest = await enter({ bypassCSP: true });
    const { page } = guest;
    const long = Array.from({ length: 30 }, (_, at) => `line ${at + 1}\n`).join('');
    const { id, write, read } = await createProject(page, { 'a.js': long, 'b.js': LINES });
    await page.goto(`/p/${id}`);
    const changed = long.replace('line 3\n', 'THREE\n').replace('line 28\n', 'TWENTY-EIGHT\n');
    await ask(page, toFile('a.js', changed) + toFile('b.js', LINES.replace('two', 'TWO')));
    await page.getByRole('link', { name: 'Review', exact: true }).click();
    await page.getByRole('checkbox', { name: 'Accept line 3 of a.js' }).focus();
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    expect(await page.getByRole('checkbox', { name: 'Accept line 28 of a.js' }).isChecked()).toBe(false);
    await page.getByText('Files of which you take a part are saved as a version of yours').waitFor();
    expect(await findFaults(page)).toEqual([]);
    // A part fits the text that the model saw, and no other.
    await write(1, { 'a.js': `${long}more\n` });
    await page.getByRole('button', { name: 'Accept what is chosen' }).click();
    await page.getByText('a.js has changed since').waitFor();
    expect((await read()).version).toBe(2);
    await write(2, { 'a.js': long });
    await page.getByRole('button', { name: 'Accept what is chosen' }).click();
    await page.waitForURL(/\/diff\/3\.\.5$/);
    await page.getByRole('region', { name: 'a.js' }).getByText('THREE').waitFor();
    await page.getByRole('region', { name: 'b.js' }).getByText('TWO', { exact: true }).waitFor();
    expect((await read()).files).toEqual({
      'a.js': long.replace('line 3\n', 'THREE\n'),
      'b.js': LINES.replace('two', 'TWO'),
    });
    type Found = { project: { versions: { nodes: { number: number; provenance: object | null }[] } } };
    const query = 'query($id: ID!) { project(id: $id) { versions { nodes { number provenance { model } } } } }';
    const { project } = await askAs<Found>(page, query, { id });
    expect(project.versions.nodes.slice(0, 2)).toEqual([
      { number: 5, provenance: { model: 'scripted' } },
      { number: 4, provenance: null },
    ]);
    expect(guest.complaints).toEqual([]);
  });

  it('are rejected, and leave no trace in the project; in German too', async () => {
    await using guest = await enter();
    const { page } = guest;
    const { id, read } = await createProject(page, { 'a.js': LINES });
    await page.goto(`/p/${id}`);
    await ask(page, toFile('a.js', 'gone\n'));
    await page.evaluate("localStorage.setItem('language', 'de')");
    await page.reload();
    await page.getByRole('link', { name: 'Durchsehen', exact: true }).click();
    await page.getByRole('button', { name: 'Alle annehmen' }).waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Ablehnen' }).click();
    await page.getByRole('heading', { name: /Angehalten/ }).waitFor();
    expect(await read()).toEqual({ version: 1, files: { 'a.js': LINES } });
    expect(guest.complaints).toEqual([]);
  });
});
