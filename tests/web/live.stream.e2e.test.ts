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

  async function begin(url: string) {
    const guest = await visit(browser, url);
    const { page } = guest;
    await page.goto('/');
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
    await page.getByText('What was written until then is shown; no file was changed.').waitFor();
  });

  it('is not moved by what a hostile model writes', async () => {
    const { guest, page, answer } = await begin(graph.url);
    await using _guest = guest;
    const hostile =
      '<script>document.title = "owned"</script><img src=x onerror="document.title = \'owned\'">' +
      '[click](javascript:document.title="owned") <a href="javascript:alert(1)">go</a>';
    answer.say(
      `${hostile}\n\n<file path="a<b>.html">\n${hostile}\n</file>\n<file path="page.html">\n${hostile}\n</file>\n`,
    );
    answer.end();
    await page.getByRole('link', { name: 'Show changes of version 1' }).click();
    await page.getByRole('heading', { name: 'Version 1' }).waitFor();
    expect(await page.title()).not.toContain('owned');
    expect(await page.locator('a[href^="javascript:"], img[src="x"]').count()).toBe(0);
    expect(guest.complaints).toEqual([]);
  });

  it('draws 2,000 tokens a second with time to spare', async () => {
    const { guest, page, answer } = await begin(graph.url);
    await using _guest = guest;
    answer.say('<file path="big.txt">\nbegin\n');
    await page.getByLabel('Writing big.txt').getByText('begin').waitFor();
    // CPU time rather than the clock, since others may use the machine: what the page's own thread was busy with.
    const session = await guest.context.newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busySeconds = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
    };
    const before = await busySeconds();
    const TOKENS = 1_800;
    for (let token = 0; token < TOKENS; token += 100) answer.say(`${'abc '.repeat(99)}\n`);
    answer.say('the end of it\n');
    await page.getByLabel('Writing big.txt').getByText('the end of it').waitFor();
    // At 2,000 tokens a second these are 0.9 s of a stream; the page has to have time left for whoever types meanwhile.
    expect((await busySeconds()) - before).toBeLessThan(0.6);
    answer.say('</file>\n');
    answer.end();
    await page.getByRole('link', { name: 'Show changes of version 1' }).waitFor();
  });
});
