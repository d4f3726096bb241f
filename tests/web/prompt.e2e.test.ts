import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { findFaults } from '../support/axe.ts';
import { askAs, enterAsDemo, startBrowser, visit } from '../support/browser.ts';
import { createDataDirectory, type EmbeddedGraph, startEmbeddedGraph } from '../support/embedded-graph.ts';
import { type ScriptedModel, startScriptedModel } from '../support/scripted.model.ts';

const WRITE = 'mutation($input: ApplyChangesetInput!) { applyChangeset(input: $input) { number } }';
/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const toFile = (path: string, content: string) => `<file path="${path}">\n${content}</file>\n`;

describe('what goes with a prompt', () => {
  const opened = new AsyncDisposableStack();
  let browser: Browser;
  let graph: EmbeddedGraph;
  let model: ScriptedModel;

  beforeAll(async () => {
    model = opened.use(await startScriptedModel({ seeing: 'scripted-eye' }));
    const data = opened.use(await createDataDirectory());
    graph = opened.use(await startEmbeddedGraph({ dataDir: data.path, env: model.env }));
    browser = opened.use(await startBrowser());
  });
  afterAll(() => opened.disposeAsync());

  /** Somebody in a project of theirs with these files. */
  async function enter(files: Readonly<Record<string, string>>, options: Parameters<typeof visit>[2] = {}) {
    const guest = await visit(browser, graph.url, options);
    const { page } = guest;
    await enterAsDemo(page);
    const { createProject } = await askAs<{ createProject: { id: string } }>(
      page,
      'mutation { createProject(input: { name: "Asked", language: "javascript" }) { id } }',
    );
    const changes = Object.entries(files).map(([path, content]) => ({ operation: 'WRITE', path, content }));
    const input = { projectId: createProject.id, baseVersion: 0, message: 'by hand', idempotencyKey: randomUUID() };
    await askAs(page, WRITE, { input: { ...input, changes } });
    await page.goto(`/p/${createProject.id}`);
    await page.getByRole('treeitem').first().waitFor();
    return { guest, page, projectId: createProject.id, prompt: page.getByRole('textbox', { name: 'Prompt' }) };
  }

  /** What the page sends as the input of `startGeneration` next. */
  async function nextInput(page: Page) {
    const request = await page.waitForRequest((sent) => /mutation StartGeneration\b/.test(sent.postData() ?? ''));
    const { variables } = request.postDataJSON() as {
      variables: { input: { prompt: string; model?: string; contextPaths?: string[]; images?: string[] } };
    };
    return variables.input;
  }

  it('are files that an @ offers, chosen by the keyboard and kept over a reload; the answer says what the model saw', async () => {
    const files = {
      'index.js': 'one\n',
      'src/commands/add.js': 'export const add = 1;\n',
      'src/commands/remove.js': 'export const remove = 1;\n',
      'config.js': 'locked\n',
    };
    const { guest, page, projectId, prompt } = await enter(files, { bypassCSP: true });
    await using _guest = guest;
    await askAs(page, 'mutation($id: ID!) { lockPaths(projectId: $id, paths: ["config.js"]) { id } }', {
      id: projectId,
    });
    await prompt.fill('Write to me@example.com, and change @cmdadd');
    await page.getByRole('option', { name: 'add.js src/commands', selected: true }).waitFor();
    expect(await findFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    const chips = page.getByRole('list', { name: 'Goes with the prompt' });
    await chips.getByText('src/commands/add.js').waitFor();
    expect(await prompt.inputValue()).toBe('Write to me@example.com, and change src/commands/add.js ');
    // Escape leaves the @ as it is, and Enter is a new line again.
    await page.keyboard.type('and @');
    await page.getByRole('listbox', { name: 'Files of the project' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('listbox').waitFor({ state: 'detached' });
    await page.keyboard.type('re');
    expect(await page.getByRole('listbox').count()).toBe(0);
    await page.getByRole('button', { name: 'Name a file that the model must see (@)' }).click();
    await page.keyboard.type('remove');
    await page.getByRole('option', { name: 'remove.js src/commands' }).click();
    await page.reload();
    await chips.getByText('src/commands/remove.js').waitFor();
    await page.getByRole('button', { name: 'Leave src/commands/remove.js out' }).click();
    const [input, answer] = await Promise.all([
      nextInput(page),
      model.nextAnswer(),
      page.getByRole('button', { name: 'Send' }).click(),
    ]);
    expect(input.contextPaths).toEqual(['src/commands/add.js']);
    await chips.waitFor({ state: 'detached' });
    answer.say(toFile('src/commands/add.js', 'export const add = 2;\n') + toFile('config.js', 'other\n'));
    answer.end();
    await page.getByText('left alone, because locked: config.js').waitFor();
    await page.getByText('The model saw 4 files').click();
    await page.getByRole('log', { name: 'Conversation' }).getByRole('link', { name: 'src/commands/remove.js' }).click();
    await page.waitForURL(/file=src%2Fcommands%2Fremove\.js/);
    await page.getByRole('link', { name: 'Receipt' }).click();
    await page.getByRole('heading', { name: 'The model saw 4 files' }).waitFor();
    expect(guest.complaints).toEqual([]);
  });

  it('are images: picked, pasted and dropped, refused with words, and sent to a model that sees', async () => {
    const { guest, page, prompt } = await enter({ 'index.js': 'one\n' });
    await using _guest = guest;
    const picker = page.locator('input[type=file]');
    const list = page.getByRole('list', { name: 'Goes with the prompt' });
    await picker.setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG });
    await list.getByRole('img', { name: /^a\.png, / }).waitFor();
    await picker.setInputFiles({ name: 'not.png', mimeType: 'image/png', buffer: Buffer.from('<svg></svg>') });
    await page.getByText('not.png was not added: it is not a PNG, JPEG, GIF or WebP image.').waitFor();
    // A script of the page's own makes what a person drags and pastes.
    const give = (kind: 'drop' | 'paste', name: string) =>
      page.evaluate(`{
        const given = new DataTransfer();
        const bytes = Uint8Array.from(${JSON.stringify([...PNG])});
        given.items.add(new File([bytes], '${name}', { type: 'image/png' }));
        const options = { bubbles: true, cancelable: true, dataTransfer: given, clipboardData: given };
        const event = ${kind === 'drop' ? 'new DragEvent' : 'new ClipboardEvent'}('${kind}', options);
        document.querySelector('form textarea').dispatchEvent(event);
      }`);
    await give('paste', 'b.png');
    await list.getByRole('img', { name: /^b\.png, / }).waitFor();
    await give('drop', 'c.png');
    await list.getByRole('img', { name: /^c\.png, / }).waitFor();
    // Noise does not compress: as it is, it is far over what the server takes.
    const noise = await page.evaluate<string>(`(async () => {
      const canvas = new OffscreenCanvas(1_000, 800);
      const context = canvas.getContext('2d');
      const pixels = context.createImageData(1_000, 800);
      for (let at = 0; at < pixels.data.length; at += 65_536)
        crypto.getRandomValues(pixels.data.subarray(at, Math.min(at + 65_536, pixels.data.length)));
      context.putImageData(pixels, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    })()`);
    const large = Buffer.from(noise, 'latin1');
    expect(large.length).toBeGreaterThan(1_048_576);
    await picker.setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: large });
    await list.getByRole('img', { name: /^large\.png, made smaller, from/ }).waitFor();
    await picker.setInputFiles({ name: 'e.png', mimeType: 'image/png', buffer: PNG });
    await page.getByText('e.png was not added: a prompt takes 4 images.').waitFor();
    await page.getByRole('button', { name: 'Remove the image c.png' }).click();
    await page.reload();
    await list.getByRole('img', { name: /^large\.png/ }).waitFor();
    expect(await list.getByRole('img').count()).toBe(3);

    await prompt.fill('Build what is in the pictures');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText("The model 'scripted' does not see images.").waitFor();
    expect(await prompt.inputValue()).toBe('Build what is in the pictures');
    expect(await list.getByRole('img').count()).toBe(3);
    const [input, answer] = await Promise.all([
      nextInput(page),
      model.nextAnswer(),
      page.getByRole('button', { name: 'Send to scripted-eye' }).click(),
    ]);
    expect(input.model).toBe('scripted-eye');
    expect(input.images?.[0]).toBe(`data:image/png;base64,${PNG.toString('base64')}`);
    const parts = answer.request.messages.findLast(({ role }) => role === 'user')?.content as { type: string }[];
    expect(parts.filter(({ type }) => type === 'image_url')).toHaveLength(3);
    answer.say(toFile('index.js', 'two\n'));
    answer.end();
    await page.getByRole('link', { name: 'Show changes of version 2' }).waitFor();
    expect(await list.count()).toBe(0);
    expect(guest.complaints).toEqual([]);
  });
});
