import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { askAs, enterAsDemo, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';

describe('what fails is said where the person looks, and done by trying again', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;

  beforeAll(async () => {
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  /** The wire to the server breaks for one operation until `mend` is called. */
  async function breakWire(page: Page, operation: string) {
    let isBroken = true;
    await page.route('**/graphql', async (route) => {
      const isMeant = new RegExp(`(?:query|mutation) ${operation}\\b`).test(route.request().postData() ?? '');
      if (isBroken && isMeant) await route.abort('connectionfailed');
      else await route.fallback();
    });
    return {
      mend() {
        isBroken = false;
      },
    };
  }

  async function enter(options: Parameters<typeof visit>[2] = {}) {
    const guest = await visit(browser, graph.url, options);
    const { page } = guest;
    await enterAsDemo(page);
    const { createProject } = await askAs<{ createProject: { id: string } }>(
      page,
      'mutation { createProject(input: { name: "Shaky", language: "javascript" }) { id } }',
    );
    for (const [baseVersion, content] of ['one\n', 'two\n'].entries())
      await askAs(page, 'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }', {
        input: {
          ...{ projectId: createProject.id, baseVersion, message: content.trim(), idempotencyKey: randomUUID() },
          changes: [{ operation: 'WRITE', path: 'index.js', content }],
        },
      });
    await page.goto(`/p/${createProject.id}`);
    await page.getByRole('textbox', { name: 'Prompt' }).waitFor();
    return { guest, page };
  }

  const said = (page: Page) => page.getByRole('alert').filter({ hasText: 'The server does not answer.' });

  async function tryAgain(page: Page, mend: () => void) {
    await said(page).waitFor();
    mend();
    await said(page).getByRole('button', { name: 'Try again' }).click();
  }

  it('in the workspace: restoring, locking and saving', async () => {
    const { guest, page } = await enter();
    await using _guest = guest;
    const restoring = await breakWire(page, 'RestoreVersion');
    await page.getByRole('button', { name: 'Restore version 1' }).click();
    await tryAgain(page, restoring.mend);
    await page.getByText('The files of version 1 are now version 3.').waitFor();

    const locking = await breakWire(page, 'LockPaths');
    await page.getByRole('treeitem', { name: 'index.js' }).focus();
    await page.keyboard.press('l');
    await tryAgain(page, locking.mend);
    await page.getByRole('button', { name: 'Unlock index.js' }).waitFor();

    const saving = await breakWire(page, 'SaveFiles');
    await page.getByRole('textbox', { name: 'Text of index.js' }).click();
    await page.keyboard.type('mine ');
    await page.getByText('1 file not saved').waitFor();
    // From a page that shows no file, too.
    await page.getByRole('link', { name: 'v1', exact: false }).first().click();
    await page.getByRole('heading', { name: /^Version \d$/ }).waitFor();
    await page.keyboard.press('Control+s');
    await tryAgain(page, saving.mend);
    await page.getByText('1 file not saved').waitFor({ state: 'detached' });
    expect(guest.complaints).toEqual([]);
  });

  it('on a phone, whichever tab is in front: a prompt that was not sent', async () => {
    const { guest, page } = await enter({ viewport: { width: 390, height: 844 } });
    await using _guest = guest;
    const sending = await breakWire(page, 'StartGeneration');
    await page.getByRole('tab', { name: 'Run' }).click();
    await page.getByRole('textbox', { name: 'Prompt' }).fill('A command line todo list in JavaScript');
    const send = page.getByRole('button', { name: 'Send' });
    const { x = 0, width = 0 } = (await send.boundingBox()) ?? {};
    expect(x + width).toBeLessThanOrEqual(390);
    await send.click();
    await tryAgain(page, sending.mend);
    await said(page).waitFor({ state: 'detached' });
    await page.getByRole('tab', { name: 'Chat' }).click();
    await page.getByText('A command line todo list in JavaScript').first().waitFor();
    expect(guest.complaints).toEqual([]);
  });

  it('around the projects: more of a list, and signing out', async () => {
    const { guest, page } = await enter();
    await using _guest = guest;
    for (let number = 0; number < 26; number++)
      await askAs(page, 'mutation($name: String!) { createProject(input: { name: $name }) { id } }', {
        name: `Project ${number}`,
      });
    await page.goto('/projects');
    const more = page.getByRole('button', { name: 'Show more' });
    await more.waitFor();
    const listing = await breakWire(page, 'Projects');
    await more.click();
    await tryAgain(page, listing.mend);
    await page
      .getByRole('link', { name: /^Shaky/ })
      .first()
      .waitFor();

    const leaving = await breakWire(page, 'Logout');
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('menuitem', { name: /^Sign out/ }).click();
    await tryAgain(page, leaving.mend);
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
    expect(guest.complaints).toEqual([]);
  });
});
