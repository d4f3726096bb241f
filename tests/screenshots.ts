// Takes the pictures of the web app that web/README.md shows, of a graph that is started for it.
//   npm run screenshots               writes docs/screenshots/*.png
//   npm run screenshots -- DIRECTORY  writes them there
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BrowserContextOptions, type Page } from 'playwright-core';
import { startBrowser, visit } from './support/browser.ts';
import { createDataDirectory, startEmbeddedGraph } from './support/embedded-graph.ts';
import { startScriptedModel } from './support/scripted.model.ts';

const directory = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'docs', 'screenshots'));
const FIRST = `A greeter for the command line. \`src/args.js\` reads the options, \`index.js\` greets.

<file path="index.js">
import { parseArguments } from './src/args.js';

const { name, verbose } = parseArguments(process.argv.slice(2));
if (verbose) console.error('Greeting', name);
console.log(\`Hello, \${name}\`);
</file>
<file path="src/args.js">
/** Reads \`--verbose\` and the first word that is not an option. */
export function parseArguments(words) {
  const name = words.find((word) => !word.startsWith('--')) ?? 'world';
  return { name, verbose: words.includes('--verbose') };
}
</file>
<file path="README.md">
# Greeter

    node index.js Ada --verbose
</file>
`;
const SECOND = `Names come out in capitals with \`--loud\`.

<file path="index.js">
import { parseArguments } from './src/args.js';

const { name, loud, verbose } = parseArguments(process.argv.slice(2));
if (verbose) console.error('Greeting', name);
console.log(\`Hello, \${loud ? name.toUpperCase() : name}\`);
</file>
<file path="src/args.js">
/** Reads \`--loud\`, \`--verbose\` and the first word that is not an option. */
export function parseArguments(words) {
  const name = words.find((word) => !word.startsWith('--')) ?? 'world';
  return { name, loud: words.includes('--loud'), verbose: words.includes('--verbose') };
}
</file>
`;

await using model = await startScriptedModel();
await using data = await createDataDirectory();
await using graph = await startEmbeddedGraph({ dataDir: data.path, env: model.env });
await using browser = await startBrowser();
await mkdir(directory, { recursive: true });

async function enter(options: BrowserContextOptions) {
  const guest = await visit(browser, graph.url, options);
  await guest.page.goto('/');
  await guest.page.getByRole('button', { name: 'Try it with the demo account' }).click();
  await guest.page.getByText('Recent projects').waitFor();
  return guest;
}

async function shoot(page: Page, name: string): Promise<void> {
  const path = join(directory, `${name}.png`);
  await page.screenshot({ path });
  process.stdout.write(`${path}\n`);
}

async function answer(text: string): Promise<void> {
  const given = await model.nextAnswer();
  given.say(text);
  given.end();
}

await using wide = await enter({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
const { page } = wide;
await page.getByLabel('What should it build?').fill('A greeter for the command line, with --verbose');
await Promise.all([answer(FIRST), page.keyboard.press('Control+Enter')]);
await page.getByText(/^exit 0 in/).waitFor();
await page.getByRole('textbox', { name: 'Prompt' }).fill('Add --loud. The options are read in @args');
await page.getByRole('option', { name: /^args\.js/ }).waitFor();
await shoot(page, 'workspace');
await page.keyboard.press('Enter');
await page.getByRole('checkbox', { name: 'Review first' }).check();
await Promise.all([answer(SECOND), page.getByRole('button', { name: 'Send' }).click()]);
await page.getByRole('link', { name: 'Review', exact: true }).click();
await page.getByRole('region', { name: 'index.js' }).waitFor();
await shoot(page, 'review');

await using narrow = await enter({ viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
await narrow.page.goto(new URL(page.url()).pathname.replace(/\/g\/.*/, ''));
await narrow.page.getByRole('link', { name: 'Review', exact: true }).waitFor();
await shoot(narrow.page, 'phone');
