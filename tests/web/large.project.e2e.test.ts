import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { askAs, enterAsDemo, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';

const FILES = 5_000;
/** The most that the project service takes at once is 2,000. */
const AT_ONCE = 1_000;
/** Lines of a list that a page draws, however many it has: those in sight, and some around them. */
const MAX_DRAWN = 100;
/**
 * The page may not stand still for longer. On a machine that does nothing else the longest task is about a tenth of this; one
 * that draws five thousand lines takes several seconds.
 */
const MAX_TASK_MS = 900;

const WATCH = `
  window.tasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasks.push(Math.round(duration));
  }).observe({ type: 'longtask', buffered: true });
`;

describe('a project of 5,000 files', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;

  beforeAll(async () => {
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path, env: { PROJECT_MAX_FILES: String(FILES) } }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  async function createProject(page: Page): Promise<string> {
    const { createProject: made } = await askAs<{ createProject: { id: string } }>(
      page,
      'mutation { createProject(input: { name: "Large", language: "javascript" }) { id } }',
    );
    for (let from = 0; from < FILES; from += AT_ONCE) {
      const changes = Array.from({ length: AT_ONCE }, (_, at) => ({
        operation: 'WRITE',
        path: `src/part-${at % 50}/module-${from + at}.js`,
        content: `export const value = ${from + at};\n`,
      }));
      const input = { projectId: made.id, baseVersion: from / AT_ONCE, message: 'by hand', changes };
      await askAs(page, 'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }', {
        input: { ...input, idempotencyKey: randomUUID() },
      });
    }
    return made.id;
  }

  it('is opened, searched, named in a prompt and compared without a page that stands still', async () => {
    // The page's policy forbids what watches it.
    await using guest = await visit(browser, graph.url, { bypassCSP: true });
    const { page } = guest;
    await enterAsDemo(page);
    const id = await createProject(page);
    await page.addInitScript(WATCH);
    const rows = page.getByRole('treeitem');
    const tasks = () => page.evaluate<number[]>('window.tasks.splice(0)');
    const expectCalm = async (what: string) => {
      const slow = (await tasks()).filter((duration) => duration > MAX_TASK_MS);
      expect({ what, slow }).toEqual({ what, slow: [] });
    };

    await page.goto(`/p/${id}`);
    await rows.first().waitFor();
    const search = page.getByLabel('Search files');
    // The last file is there when all are.
    await search.fill(`module-${FILES - 1}.js`);
    await page.getByRole('treeitem', { name: `module-${FILES - 1}.js` }).waitFor();
    expect(await rows.count()).toBe(1);
    await search.fill('');
    await page.getByRole('treeitem', { name: /^src\b/ }).waitFor();
    expect(await rows.count()).toBeLessThan(MAX_DRAWN);
    await expectCalm('open');

    await search.pressSequentially('module-4');
    await page
      .getByRole('treeitem', { name: /module-4/ })
      .first()
      .waitFor();
    expect(await rows.count()).toBeLessThan(MAX_DRAWN);
    await page
      .getByRole('treeitem', { name: /module-4/ })
      .first()
      .click();
    await page.getByRole('textbox', { name: /^Text of .*module-4/ }).waitFor();
    await expectCalm('search');

    const prompt = page.getByRole('textbox', { name: 'Prompt' });
    await prompt.pressSequentially('Make it faster: @part7mod4999');
    await page.keyboard.press('Backspace');
    await page
      .getByRole('option', { name: /^module-499\d*\.js/ })
      .first()
      .waitFor();
    expect(await page.getByRole('option', { name: /^module-/ }).count()).toBeLessThan(MAX_DRAWN);
    await page.keyboard.press('Escape');
    await expectCalm('mention');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('module 77');
    await page
      .getByRole('option', { name: /module-77/ })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    await expectCalm('palette');

    await page.goto(`/p/${id}/v/5`);
    await page.getByRole('button', { name: 'Show more of 900 files' }).click();
    await page.getByRole('button', { name: 'Show more of 800 files' }).waitFor();
    await expectCalm('version');
    expect(guest.complaints).toEqual([]);
  }, 300_000);
});
