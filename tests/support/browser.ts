import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The first run of a system that has just started takes its time on a busy machine. */
const TIMEOUT_MS = 60_000;
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The machine's own Chromium: `CHROMIUM_PATH`, or where packages put it. @throws Error that says how to get one */
export async function startBrowser(): Promise<Browser & AsyncDisposable> {
  const executablePath = process.env.CHROMIUM_PATH ?? PLACES.find((path) => existsSync(path));
  if (!executablePath) throw new Error('There is no Chromium here: apt-get install -y chromium, or set CHROMIUM_PATH.');
  // Chromium's own sandbox does not start for root.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await chromium.launch({ executablePath, args });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

export interface Visit extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page complained of so far: errors of scripts, and whatever the content security policy stopped. */
  readonly complaints: string[];
}

/** A browser that has never been here. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    baseURL: url,
    ...options,
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  const started = Date.now();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content.Security|Trusted|Uncaught/i.test(message.text()))
      complaints.push(message.text());
  });
  return {
    context,
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      // Who stayed this long waited for something that did not come: what was there instead is all that explains it.
      if (Date.now() - started >= TIMEOUT_MS) {
        // biome-ignore lint/performance/useDomNodeTextContent: the lines as they are laid out
        const text = await page.locator('body').innerText();
        process.stderr.write(`A page after ${TIMEOUT_MS / 1_000} s, at ${page.url()}:\n${text}\n`);
      }
      await context.close();
    },
  };
}

/** Signs in with the demo account, by its button on the landing page. */
export async function enterAsDemo(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByRole('button', { name: 'Try it with the demo account' }).click();
  await page.getByText('Recent projects').waitFor();
}

/** Asks the graph as whoever is signed in on the page. */
export async function askAs<T>(page: Page, query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await page.request.post('/graphql', { data: { query, variables } });
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
  if (errors || !data) throw new Error(JSON.stringify(errors));
  return data;
}
