import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { findFaults } from '../support/axe.ts';
import { askAs, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';

describe('what is around the projects', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;

  beforeAll(async () => {
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  /** Somebody new, with one project of a prompt. */
  async function register(options: Parameters<typeof visit>[2] = {}) {
    const guest = await visit(browser, graph.url, options);
    const { page } = guest;
    await page.goto('/register');
    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('E-mail address').fill(`ada-${randomUUID()}@example.com`);
    await page.getByLabel('Password').fill('a password of hers');
    await page.getByRole('button', { name: 'Create the account' }).click();
    await page.getByRole('heading', { name: 'Recent projects' }).waitFor();
    return guest;
  }

  async function generate(page: Page) {
    await page.goto('/');
    await page.getByRole('button', { name: /^To-do list/ }).click();
    await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
    await page.getByText(/^exit 0 in/).waitFor();
  }

  it('counts tokens by day, model and project, and leads to the project', async () => {
    await using guest = await register();
    const { page } = guest;
    await page.goto('/usage');
    await page.getByText('Nothing was used in these days.').waitFor();
    await generate(page);
    await page.goto('/usage');
    await page.getByRole('region', { name: 'Model' }).getByText('blueprint').waitFor();
    await page.locator('.recharts-bar-rectangle').first().waitFor();
    await page.getByLabel('How far back').selectOption('7');
    await page.getByRole('heading', { name: 'Tokens by day, last 7 days' }).waitFor();
    await page.getByRole('region', { name: 'Project' }).getByRole('link').click();
    await page.waitForURL(/\/p\/[\w-]+$/);
    expect(guest.complaints).toEqual([]);
  });

  it('keeps a cap on what may be spent, and shows the plans there are', async () => {
    await using guest = await register();
    const { page } = guest;
    await page.goto('/billing');
    await page.getByRole('heading', { name: 'Your plan: Free' }).waitFor();
    const { plans } = await askAs<{ plans: { name: string }[] }>(page, '{ plans { name } }');
    const rows = page.locator('section', { has: page.getByRole('heading', { name: 'Plans' }) }).locator('tbody tr');
    expect(await rows.count()).toBe(plans.length);
    expect(await rows.filter({ hasText: 'yours' }).count()).toBe(1);
    await page.getByText('Set the cap').click();
    await page.getByLabel('Spend cap in cents').fill('250');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    await page.reload();
    await page.getByText('250 ¢').waitFor();
  });

  it('makes a key that ends when it was said to, once its scopes are chosen', async () => {
    await using guest = await register();
    const { page } = guest;
    await page.goto('/settings/keys');
    await page.getByLabel('Name of the key').fill('ci');
    const create = page.getByRole('button', { name: 'Create key' });
    expect(await create.isDisabled()).toBe(true);
    await page.getByLabel('project:read').check();
    await page.getByLabel('How long it lives').selectOption('30');
    await create.click();
    const secret = (await page.getByRole('status').getByText(/^vck_/).textContent()) ?? '';
    await page.getByText(/^never used · expires /).waitFor();
    type Keys = { apiKeys: { expiresAt: string }[] };
    const { apiKeys } = await askAs<Keys>(page, '{ apiKeys { expiresAt } }');
    const days = (new Date(apiKeys[0]?.expiresAt ?? 0).getTime() - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    // The key is what it says: it reads, and writes nothing.
    const asKey = (query: string) =>
      fetch(`${graph.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-api-key': secret },
        body: JSON.stringify({ query }),
      }).then((response) => response.json() as Promise<{ data?: unknown; errors?: unknown[] }>);
    expect((await asKey('{ me { projects { totalCount } } }')).errors).toBeUndefined();
    expect((await asKey('mutation { createProject(input: { name: "x" }) { id } }')).errors).toHaveLength(1);
  });

  it('ends a session elsewhere, which then has to sign in again', async () => {
    await using guest = await register();
    const { page } = guest;
    const me = await askAs<{ me: { email: string } }>(page, '{ me { email } }');
    await using elsewhere = await visit(browser, graph.url, {
      userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0',
    });
    await elsewhere.page.goto('/sign-in');
    await elsewhere.page.getByLabel('E-mail address').fill(me.me.email);
    await elsewhere.page.getByLabel('Password').fill('a password of hers');
    await elsewhere.page.getByRole('button', { name: 'Sign in' }).click();
    await elsewhere.page.getByRole('heading', { name: 'Recent projects' }).waitFor();
    await page.goto('/settings/security');
    await page.getByRole('button', { name: 'End the session of Firefox, Windows' }).click();
    await page.getByText('Firefox, Windows').waitFor({ state: 'detached' });
    await elsewhere.page.goto('/projects');
    await elsewhere.page.waitForURL(/\/sign-in\?next=/);
  });

  it('tells of what happened at once, marks it read, and keeps what is chosen', async () => {
    await using guest = await register();
    const { page } = guest;
    await generate(page);
    await page.getByRole('button', { name: /^Notifications, \d+ unread/ }).click();
    await page.getByRole('link', { name: 'All notifications' }).click();
    await page.getByRole('heading', { name: 'Notifications', level: 1 }).waitFor();
    await page.getByRole('link', { name: 'Generation complete' }).waitFor();
    await page.getByRole('button', { name: 'Unread', exact: true }).click();
    await page.getByRole('button', { name: 'Mark all as read' }).click();
    await page.getByText('Nothing to tell.').waitFor();
    await page.getByRole('button', { name: 'All', exact: true }).click();
    await page.getByRole('link', { name: 'Generation complete' }).waitFor();
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor();
    await page.goto('/settings/notifications');
    const runs = page.getByRole('checkbox', { name: 'A run is done (Inbox)' });
    await runs.check();
    await page.reload();
    await runs.waitFor();
    expect(await runs.isChecked()).toBe(true);
  });

  it('finds templates with their scores, shows and uses one, and keeps private ones until they are deleted', async () => {
    await using guest = await register({ bypassCSP: true });
    const { page } = guest;
    await page.goto('/templates');
    await page.getByLabel('Search templates').fill('command line todo list in JavaScript');
    const first = page.getByRole('article').first();
    await first.getByText(/^score 0\.\d\d$/).waitFor();
    await first.getByText(/^\d+ files$/).click();
    await first.getByText('index.js', { exact: true }).click();
    await first.getByRole('region', { name: 'index.js' }).getByText('import').first().waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    await page.setViewportSize({ width: 1440, height: 900 });
    await first.getByRole('button', { name: /^Start a project with / }).click();
    await page.waitForURL(/\/p\/[\w-]+$/);
    await page.getByRole('treeitem', { name: 'index.js' }).waitFor();

    await page.getByRole('button', { name: 'Project', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Save as a template' }).click();
    await page.getByLabel('Title').fill('Zebra ledger');
    await page.getByLabel('What it is for').fill('A ledger of zebras and their stripes');
    await page.getByRole('dialog').getByRole('button', { name: 'Add template' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'Templates' }).click();
    const zebra = page.getByRole('article', { name: 'Zebra ledger' });
    await zebra.getByText('yours').waitFor();

    await page.getByRole('button', { name: 'Add template' }).click();
    await page.getByLabel('Title').fill('Okapi index');
    await page.getByLabel('What it is for').fill('An index of okapis in the forest');
    await page.getByLabel('Language').fill('JavaScript');
    const choose = page.getByLabel('Files', { exact: true });
    const add = page.getByRole('dialog').getByRole('button', { name: 'Add template' });
    await choose.setInputFiles({ name: 'a.bin', mimeType: 'text/plain', buffer: Buffer.from([0xff, 0xfe, 0x00]) });
    await add.click();
    await page.getByText('a.bin is not text in UTF-8. Leave it out and add the others.').waitFor();
    await choose.setInputFiles({
      name: 'okapi.js',
      mimeType: 'text/javascript',
      buffer: Buffer.from('let okapi = 1;\n'),
    });
    await add.click();
    await page.getByText('Okapi index is among your templates now.').waitFor();
    await page.getByRole('article', { name: 'Okapi index' }).waitFor();

    // What is everybody's stays, and the server says why.
    await using other = await register();
    await other.page.goto('/templates?search=zebra+ledger');
    await other.page.getByRole('article').first().waitFor();
    expect(await other.page.getByRole('article', { name: 'Zebra ledger' }).count()).toBe(0);
    await other.page
      .getByRole('button', { name: /^Delete / })
      .first()
      .click();
    await other.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await other.page.getByText("is everybody's. You can only delete your own.").waitFor();

    await page.goto('/templates');
    await page.getByRole('button', { name: 'Show Zebra ledger' }).click();
    await page.getByRole('button', { name: 'Delete Zebra ledger' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('Zebra ledger was deleted.').waitFor();
    await zebra.waitFor({ state: 'detached' });
    expect(guest.complaints).toEqual([]);
  });

  it('finds projects by name, in the list and from the keyboard anywhere', async () => {
    await using guest = await register();
    const { page } = guest;
    for (const name of ['Weather station', 'Chess clock', 'Chess board'])
      await askAs(page, 'mutation($name: String!) { createProject(input: { name: $name }) { id } }', { name });
    await page.goto('/projects');
    await page.getByText('3 in all').waitFor();
    await page.getByLabel('Search by name').fill('chess');
    await page.getByText('2 in all').waitFor();
    await page.reload();
    await page.getByText('2 in all').waitFor();
    await page.getByLabel('Search by name').fill('nothing like it');
    await page.getByText('No project has this in its name.').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('weather');
    await page.getByRole('option', { name: 'Weather station', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Weather station' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('language deutsch');
    await page.getByRole('option', { name: 'Language: Deutsch', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Ausführen' }).first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
  });
});
