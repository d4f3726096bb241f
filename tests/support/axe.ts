import axe from 'axe-core';
import type { Page } from 'playwright-core';

export const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
export const RULES = [...WCAG, 'best-practice'];

/** The headless library's focus guards are hidden from readers and lead the focus on at once; axe cannot know. */
const GUARDS = '[data-base-ui-focus-guard]';

/** What axe finds, one line a fault. */
export async function findFaults(page: Page, tags = RULES): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    ({ values, exclude }) =>
      (globalThis as unknown as { axe: typeof axe }).axe.run(
        { exclude: [exclude] },
        { runOnly: { type: 'tag', values }, resultTypes: ['violations'] },
      ),
    { values: tags, exclude: GUARDS },
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, html }) => `${id} at ${target}: ${html}`));
}
