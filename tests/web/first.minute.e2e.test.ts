import { randomUUID } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { askAs, enterAsDemo, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';

describe('the web app, without a language model', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;

  beforeAll(async () => {
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  it('leads from the first visit to a running project by one click', async () => {
    await using first = await visit(browser, graph.url);
    const { page, context, complaints } = first;
    await page.goto('/');
    await page.getByRole('button', { name: /^To-do list/ }).click();
    await page.waitForURL(/\/p\/[\w-]+$/);
    await page.getByRole('log', { name: 'Output' }).getByText('Command line todo list').waitFor();
    await page.getByText(/^exit 0 in/).waitFor();
    await page.getByText('No language model is connected').waitFor();
    expect(await page.getByRole('treeitem').allTextContents()).toContain('index.js');
    await page.getByRole('textbox', { name: 'Text of index.js' }).getByText('console.log').first().waitFor();
    const cookies = await context.cookies();
    expect(cookies.map(({ httpOnly, sameSite }) => [httpOnly, sameSite])).toEqual([
      [true, 'Strict'],
      [true, 'Strict'],
    ]);
    expect(complaints).toEqual([]);
  });

  it('keeps a prompt that was written before there was an account, and starts it', async () => {
    await using first = await visit(browser, graph.url);
    const { page } = first;
    await page.goto('/');
    await page.getByLabel('What should it build?').fill("Conway's Game of Life in the terminal, in JavaScript");
    await page.keyboard.press('Control+Enter');
    await page.getByText('Your prompt is kept').waitFor();
    await page.getByRole('link', { name: 'No account yet? Register' }).click();
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('E-mail address').fill(`ada-${randomUUID()}@example.com`);
    await page.getByLabel('Password').fill('a password of hers');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.waitForURL(/\/p\/[\w-]+$/);
    await page.getByText(/^exit 0 in/).waitFor();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Game of Life');
  });

  it('takes a prompt that is sent before the page knows who is signed in', async () => {
    await using first = await visit(browser, graph.url);
    const { page } = first;
    const known = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      await known.promise;
      await route.continue();
    });
    await page.goto('/');
    await page.getByLabel('What should it build?').fill('A to-do list');
    await page.keyboard.press('Control+Enter');
    known.resolve();
    await page.getByText('Your prompt is kept').waitFor();
  });

  it('keeps what was typed over a reload: a prompt, and a file that is not saved', async () => {
    await using first = await visit(browser, graph.url);
    const { page } = first;
    await page.goto('/');
    await page.getByRole('button', { name: /^To-do list/ }).click();
    const editor = page.getByRole('textbox', { name: 'Text of index.js' });
    await editor.getByText('console.log').first().waitFor();
    await page.getByText(/^exit 0 in/).waitFor();
    await page.getByRole('textbox', { name: 'Prompt' }).fill('half a thought');
    await editor.click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('// mine');
    await page.getByText('1 file not saved').waitFor();
    await page.reload();
    await page.getByText('Changes that were not saved').waitFor();
    await editor.getByText('// mine').waitFor();
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('half a thought');
    await page.keyboard.press('Control+s');
    await page.getByRole('link', { name: 'v2', exact: true }).waitFor();
    await page.getByText('1 file not saved').waitFor({ state: 'detached' });
  });

  it('shows both sides when a file was changed elsewhere, and loses neither', async () => {
    await using first = await visit(browser, graph.url);
    const { page } = first;
    await page.goto('/');
    await page.getByRole('button', { name: /^To-do list/ }).click();
    const editor = page.getByRole('textbox', { name: 'Text of index.js' });
    await editor.getByText('console.log').first().waitFor();
    await page.getByText(/^exit 0 in/).waitFor();
    const projectId = /\/p\/([\w-]+)/.exec(page.url())?.[1];
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('console.log("mine");');
    const write = `mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }`;
    const change = (baseVersion: number, path: string, content: string) =>
      askAs(page, write, {
        input: {
          projectId,
          baseVersion,
          message: 'elsewhere',
          idempotencyKey: randomUUID(),
          changes: [{ operation: 'WRITE', path, content }],
        },
      });
    // What leaves the file alone is no conflict.
    await change(1, 'notes.txt', 'theirs\n');
    await page.getByRole('treeitem', { name: 'notes.txt' }).waitFor();
    await change(2, 'index.js', 'console.log("theirs");\n');
    await page.getByText('index.js was changed elsewhere.').waitFor();
    await page.getByRole('textbox', { name: 'In the project (version 3)' }).getByText('theirs').waitFor();
    await page.getByRole('textbox', { name: 'Yours (edit here)' }).getByText('mine').waitFor();
    await page.getByRole('button', { name: 'Save my side' }).click();
    await page.getByRole('link', { name: 'v4', exact: true }).waitFor();
    const read = `query($id: ID!) { project(id: $id) { file(path: "index.js") { content } } }`;
    const found = await askAs<{ project: { file: { content: string } } }>(page, read, { id: projectId });
    expect(found.project.file.content).toBe('console.log("mine");');
    // The other side is a version of its own, and comes back by one click.
    await page.getByRole('button', { name: 'Restore version 3' }).click();
    await page.getByText('The files of version 3 are now version 5.').waitFor();
    await editor.getByText('theirs').waitFor();
  });

  it('offers the way out of a failed run, and takes standard input', async () => {
    await using first = await visit(browser, graph.url);
    const { page } = first;
    await enterAsDemo(page);
    const { createProject } = await askAs<{ createProject: { id: string } }>(
      page,
      'mutation { createProject(input: { name: "Echo", language: "javascript" }) { id } }',
    );
    await askAs(page, 'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }', {
      input: {
        projectId: createProject.id,
        baseVersion: 0,
        message: 'first',
        idempotencyKey: randomUUID(),
        changes: [
          {
            operation: 'WRITE',
            path: 'index.js',
            content: [
              "import { readFileSync } from 'node:fs';",
              "const given = readFileSync(0, 'utf8');",
              "if (!given) throw new Error('nothing to say');",
              "console.log('\\u001b[2J\\u001b[31msaid ' + given);",
            ].join('\n'),
          },
        ],
      },
    });
    await page.goto(`/p/${createProject.id}`);
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByRole('button', { name: 'Fix this error' }).click();
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toContain('nothing to say');
    await page.getByText('Options').click();
    await page.getByLabel('Standard input').fill('hello');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.getByText(/^exit 0 in/).waitFor();
    // No escape of a terminal reaches the page.
    expect(await page.getByRole('log', { name: 'Output' }).textContent()).toBe('said hello\n');
  });

  it('goes where the keyboard says', async () => {
    await using first = await visit(browser, graph.url);
    const { page } = first;
    await enterAsDemo(page);
    await page.keyboard.press('Control+k');
    // Without waiting: no key is lost while the palette comes.
    await page.keyboard.type('go to usage');
    await page.getByRole('option', { name: 'Go to Usage', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/usage$/);
    await page.keyboard.press('Control+/');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('speaks German to who reads that', async () => {
    await using first = await visit(browser, graph.url, { locale: 'de-DE' });
    await first.page.goto('/');
    await first.page.getByRole('button', { name: 'Mit dem Demo-Konto ausprobieren' }).waitFor();
    expect(await first.page.locator('html').getAttribute('lang')).toBe('de');
  });

  it('asks who is not signed in to do that first, and leads back', async () => {
    await using first = await visit(browser, graph.url);
    const { page } = first;
    await page.goto('/settings/keys');
    await page.waitForURL(/\/sign-in\?next=/);
    await page.getByRole('button', { name: 'Try it with the demo account' }).click();
    await page.waitForURL(/\/settings\/keys$/);
    await page.getByLabel('Name of the key').fill('ci');
    await page.getByLabel('project:read').check();
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByText(/^vck_/).first().waitFor();
    await page.getByRole('button', { name: 'Revoke ci' }).click();
    await page.getByRole('button', { name: 'Revoke ci' }).waitFor({ state: 'detached' });
  });
});
