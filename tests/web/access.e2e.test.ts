import type { Browser } from 'playwright-core';
import { findFaults, RULES, WCAG } from '../support/axe.ts';
import { askAs, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';

describe('the web app, for everyone', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;

  beforeAll(async () => {
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  const looks = [
    { colorScheme: 'light' as const, viewport: { width: 1440, height: 900 } },
    { colorScheme: 'dark' as const, viewport: { width: 1440, height: 900 } },
    { colorScheme: 'light' as const, viewport: { width: 390, height: 844 } },
    { colorScheme: 'dark' as const, viewport: { width: 390, height: 844 } },
  ];
  it.each(looks)(
    'has no fault that axe finds: $colorScheme, $viewport.width wide',
    async (look) => {
      // axe is given to the page from outside, which the page's policy forbids by itself.
      await using guest = await visit(browser, graph.url, { ...look, bypassCSP: true });
      const { page } = guest;
      const faults: string[] = [];
      const check = async (what: string, tags = RULES) => {
        faults.push(...(await findFaults(page, tags)).map((fault) => `${what}: ${fault}`));
        const overflows = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
        if (overflows) faults.push(`${what}: wider than the screen`);
      };
      await page.goto('/');
      await page.getByRole('button', { name: 'Try it with the demo account' }).waitFor();
      await check('landing');
      for (const path of ['/sign-in', '/register', '/nowhere']) {
        await page.goto(path);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await check(path);
      }
      await page.goto('/');
      await page.getByRole('button', { name: /^To-do list/ }).click();
      await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
      await check('workspace');
      const tabs = page.getByRole('tab');
      for (let tab = 0; tab < (await tabs.count()); tab++) {
        await tabs.nth(tab).click();
        await check(`workspace, tab ${tab}`);
      }
      await page.goto(page.url());
      if (look.viewport.width < 900) await page.getByRole('tab', { name: 'Files' }).click();
      await page.getByRole('button', { name: 'Blame' }).click();
      await page.getByRole('region', { name: /^Who wrote which line/ }).waitFor();
      await check('blame');
      const projectId = /\/p\/([\w-]+)/.exec(page.url())?.[1];
      const read = 'query($id: ID!) { project(id: $id) { generations { nodes { id } } } }';
      const found = await askAs<{ project: { generations: { nodes: { id: string }[] } } }>(page, read, {
        id: projectId,
      });
      const generationId = found.project.generations.nodes[0]?.id;
      const pages: [path: string, heading: string | RegExp][] = [
        [`/p/${projectId}/v/1`, 'Version 1'],
        [`/p/${projectId}/v/1?file=index.js`, ''],
        [`/p/${projectId}/diff/0..1`, /From version 0/],
        [`/p/${projectId}/g/${generationId}`, /^Receipt/],
        ['/', 'Recent projects'],
        ['/projects', 'Projects'],
        ['/templates?search=todo+list', /^/],
        ['/usage', 'Tokens by day, last 30 days'],
        ['/billing', 'Plans'],
        ['/notifications', 'Notifications'],
        ['/settings/security', 'Sessions'],
        ['/settings/keys', 'Create key'],
        ['/settings/notifications', 'Notifications'],
        ['/settings/models', 'Models'],
        ['/settings/appearance', 'Settings'],
        ['/settings/profile', 'Settings'],
      ];
      for (const [path, heading] of pages) {
        await page.goto(path);
        if (heading) await page.getByRole('heading', { name: heading }).first().waitFor();
        else await page.getByText('to read only').waitFor();
        await check(path);
        const split = page.getByRole('button', { name: 'Side by side' });
        if ((await split.count()) === 0) continue;
        await split.click();
        await check(`${path}, side by side`);
      }
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await check('palette', WCAG);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Notifications/ }).click();
      await page.getByRole('heading', { name: 'Notifications' }).first().waitFor();
      await check('inbox', WCAG);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Account' }).click();
      await page.getByRole('menu').waitFor();
      await check('account menu', WCAG);
      expect(faults).toEqual([]);
    },
    300_000,
  );
});
