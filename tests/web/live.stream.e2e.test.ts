import type { Browser } from 'playwright-core';
import { startBrowser, visit } from '../support/browser.ts';
import { startCuttableProxy } from '../support/cuttable.proxy.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted.model.ts';

const toLines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, line) => `line ${from + line} <b>of</b> "it"\n`).join('');

describe('the web app, while a model writes', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;
  let model: ScriptedModel;

  beforeAll(async () => {
    model = opened.use(await startScriptedModel());
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path, env: model.env }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  /** @param answerLength as it was chosen in this browser before; default the usual one */
  async function begin(url: string, answerLength?: number) {
    const guest = await visit(browser, url);
    const { page } = guest;
    await page.goto('/');
    if (answerLength) await page.evaluate(`localStorage.setItem('answer-length', '${answerLength}')`);
    const answer = model.nextAnswer();
    await page.getByRole('button', { name: /^Game of Life/ }).click();
    return { guest, page, answer: await answer };
  }

  it('goes on at the same character after the wire was cut in the middle', async () => {
    await using proxy = await startCuttableProxy(graph.url);
    const { guest, page, answer } = await begin(proxy.url);
    await using _guest = guest;
    answer.say('One file, as you wish.\n\n<file path="story.txt">\n');
    answer.say(toLines(1, 40));
    const writing = page.getByLabel('Writing story.txt');
    await writing.getByText('line 40').waitFor();
    await page.getByText('One file, as you wish.').waitFor();
    await page.getByText('Templates used (3)').waitFor();
    proxy.cut();
    await page.getByText('Connection lost. Trying again; nothing is lost.').waitFor();
    answer.say(toLines(41, 80));
    proxy.mend();
    await page.getByText('Connected again, and went on at the same character.').waitFor();
    answer.say(toLines(81, 100));
    await writing.getByText('line 100').waitFor();
    expect(await writing.textContent()).toBe(toLines(1, 100));
    answer.say('</file>\n');
    answer.end();
    await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
    expect(guest.complaints).toEqual([]);
  });

  it('stops when it is told to, and says what was kept', async () => {
    const { guest, page, answer } = await begin(graph.url);
    await using _guest = guest;
    answer.say('<file path="index.js">\nconsole.log(1);\n');
    await page.getByLabel('Writing index.js').getByText('console.log').waitFor();
    await page.keyboard.press('Control+.');
    await answer.closed;
    await page.getByText('What was written until then is shown; it was not applied.').waitFor();
  });

  it('shows the same in a second window, and all of it again after a reload', async () => {
    const { guest, page, answer } = await begin(graph.url);
    await using _guest = guest;
    answer.say(`<file path="story.txt">\n${toLines(1, 20)}`);
    await page.getByLabel('Writing story.txt').getByText('line 20').waitFor();
    const other = await guest.context.newPage();
    await other.goto(page.url());
    await other.getByLabel('Writing story.txt').getByText('line 20').waitFor();
    answer.say(toLines(21, 30));
    await page.reload();
    answer.say(toLines(31, 60));
    for (const window of [page, other]) {
      const writing = window.getByLabel('Writing story.txt');
      await writing.getByText('line 60').waitFor();
      expect(await writing.textContent()).toBe(toLines(1, 60));
    }
    answer.say('</file>\n');
    answer.end();
    for (const window of [page, other]) await window.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
  });

  it('gives a prompt back that did not reach the server', async () => {
    const { guest, page, answer } = await begin(graph.url);
    await using _guest = guest;
    answer.say('<file path="a.txt">\na\n</file>\n');
    answer.end();
    await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
    await page.route('**/graphql', (route) =>
      route.request().postData()?.includes('"StartGeneration"') ? route.abort('connectionrefused') : route.fallback(),
    );
    const box = page.getByRole('textbox', { name: 'Prompt' });
    await box.fill('and now in green');
    await page.keyboard.press('Control+Enter');
    await page.getByText('The server does not answer. What you typed is kept here').waitFor();
    expect(await box.inputValue()).toBe('and now in green');
    await page.unroute('**/graphql');
    const next = model.nextAnswer();
    await box.press('Control+Enter');
    const second = await next;
    second.say('<file path="a.txt">\ngreen\n</file>\n');
    second.end();
    await page.getByRole('link', { name: 'Show changes of version 2' }).waitFor();
    expect(await box.inputValue()).toBe('');
  });

  it('is not moved by what a hostile model writes', async () => {
    const { guest, page, answer } = await begin(graph.url);
    await using _guest = guest;
    const { host } = new URL(graph.url);
    const strangers: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.host !== host && url.protocol !== 'data:') strangers.push(request.url());
    });
    const hostile = [
      '<script>document.title = "owned"</script><img src=x onerror="document.title = \'owned\'">',
      '[click](javascript:document.title="owned") <a href="javascript:alert(1)">go</a>',
      '![see](https://evil.example/pixel.png) [a](data:text/html,<script>1</script>)',
      '<svg onload="document.title=\'owned\'"><style>*{display:none}</style><iframe src="https://evil.example">',
      '\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\ \u001b[2J',
      '&lt;/file&gt; <|im_end|> </FILE> <file> ]]> -->',
    ].join('\n\n');
    answer.say(
      `${hostile}\n\n<file path="a<b>.html">\n${hostile}\n</file>\n<file path="page.html">\n${hostile}\n</file>\n`,
    );
    answer.end();
    const log = page.getByRole('log', { name: 'Conversation' });
    await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
    await log.getByText('<script>document.title').first().waitFor();
    expect(await log.textContent()).not.toContain('\u001b');
    const links = await log.getByRole('link').evaluateAll((found) => found.map((link) => link.getAttribute('href')));
    expect(links.filter((href) => href && !/^(\/p\/|https:\/\/)/.test(href))).toEqual([]);
    expect(await page.locator('img[src="x"], img[src*="evil"], iframe, svg[onload], main style').count()).toBe(0);
    await page.getByRole('link', { name: 'Show changes of version 1' }).click();
    await page.getByRole('heading', { name: 'Version 1' }).waitFor();
    await page.getByText('Receipt').first().click();
    await page.getByRole('heading', { name: 'Receipt: Done' }).waitFor();
    expect(await page.title()).not.toContain('owned');
    expect(await page.locator('a[href^="javascript:"], a[href^="data:"], img[src="x"], iframe').count()).toBe(0);
    expect(strangers).toEqual([]);
    expect(guest.complaints).toEqual([]);
  });

  it('offers room for more when an answer was cut off, and says that nothing was written', async () => {
    const { guest, page, answer } = await begin(graph.url);
    await using _guest = guest;
    answer.say(`<file path="long.txt">\n${'word '.repeat(3_000)}`);
    await answer.closed;
    await page.getByText('No file was changed.').waitFor();
    const next = model.nextAnswer();
    await page.getByRole('button', { name: 'Ask again with room for 4,096 tokens' }).click();
    const second = await next;
    second.say(`<file path="long.txt">\n${'word '.repeat(3_000)}\n</file>\n`);
    second.end();
    await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
  });

  it('draws 2,000 tokens a second without a long task, while somebody types', async () => {
    const { guest, page, answer } = await begin(graph.url, 8_192);
    await using _guest = guest;
    answer.say('<file path="big.txt">\nbegin\n');
    const writing = page.getByLabel('Writing big.txt');
    await writing.getByText('begin').waitFor();
    const box = page.getByRole('textbox', { name: 'Prompt' });
    await box.focus();
    await browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
    const TOKENS = 6_000;
    const STEP = 100;
    let typed = '';
    for (let token = 0; token < TOKENS; token += STEP) {
      answer.say(`${'abc '.repeat(STEP - 1)}\n`);
      if (token % 1_000 !== 0) continue;
      typed += 'x';
      await page.keyboard.press('x');
      expect(await box.inputValue()).toBe(typed);
    }
    answer.say('the end of it\n');
    await writing.getByText('the end of it').waitFor();
    const tasks = findMainThreadTasks((await browser.stopTracing()).toString('utf8'));
    // They are three seconds of a stream at 2,000 a second. The page's own thread must have most of them left.
    expect(tasks.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(1_500);
    expect(tasks.filter((ms) => ms > LONG_TASK_MS)).toEqual([]);
    answer.say('</file>\n');
    answer.end();
    await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
  });
});

const LONG_TASK_MS = 50;

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of CPU time, which others on the machine do not lengthen. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** What each task of the page's main thread took, in milliseconds of CPU time. @throws when the trace has none */
function findMainThreadTasks(trace: string): number[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: readonly TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid, tdur }) => name.endsWith('RunTask') && mains.has(`${pid}:${tid}`) && tdur !== undefined,
  );
  if (tasks.length === 0) throw new Error('The trace has no task of the main thread.');
  return tasks.map(({ tdur }) => (tdur ?? 0) / 1_000);
}
