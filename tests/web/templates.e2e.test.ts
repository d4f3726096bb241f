import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadTemplates } from '@vibecode/ai-generation/templates/template.files';
import type { Browser } from 'playwright-core';
import { startBrowser, visit } from '../support/browser.ts';
import { createProject } from '../support/template.runner.ts';

const pages = (await loadTemplates()).filter(({ language }) => language === 'html');

describe('a template opens in a browser', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  beforeAll(async () => {
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  it.each(pages.map((template) => [template.slug, template] as const))(
    '%s',
    async (_, { files, entrypoint, check }) => {
      await using project = await createProject(files);
      // Narrow, where a layout breaks first.
      await using visited = await visit(browser, 'about:blank', { viewport: { width: 360, height: 740 } });
      const { page, complaints } = visited;
      await page.goto(pathToFileURL(join(project.directory, entrypoint)).href);
      for (const action of check.actions) {
        if ('click' in action) await page.locator(action.click).first().click();
        else await page.locator(action.fill).fill(action.value);
      }
      // biome-ignore lint/performance/useDomNodeTextContent: what a visitor sees, in the order of the lines
      expect(await page.locator('body').innerText()).toMatch(new RegExp(check.stdout));
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      expect(complaints).toEqual([]);
    },
  );
});
