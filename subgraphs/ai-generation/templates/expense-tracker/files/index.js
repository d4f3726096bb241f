import { readFile, writeFile } from 'node:fs/promises';
import { formatCents, parseAmount, summarize } from './expenses.js';

const file = new URL('expenses.json', import.meta.url);
const readJson = async (url) => JSON.parse(await readFile(url, 'utf8'));

async function add(category, amount, text = '', flag) {
  if (!category) throw new Error('expected: add <category> <amount> [text] [--save]');
  const expenses = await readJson(file);
  const date = new Date().toISOString().slice(0, 10);
  expenses.push({ date, category, cents: parseAmount(amount), text });
  const json = `${JSON.stringify(expenses, null, 2)}\n`;
  if (flag === '--save') await writeFile(file, json);
  console.log(json);
}

async function report(month) {
  const expenses = await readJson(file);
  const budgets = await readJson(new URL('budgets.json', import.meta.url));
  const shown = month ?? expenses.map(({ date }) => date.slice(0, 7)).sort().at(-1);
  console.log(`{{title}}, ${shown}`);
  const { categories, totalCents } = summarize(expenses, budgets, shown);
  for (const { category, cents, budget } of categories) {
    const limit = budget === undefined ? '' : ` of ${formatCents(budget)}`;
    const over = budget !== undefined && cents > budget ? `  over by ${formatCents(cents - budget)}` : '';
    console.log(`${category.padEnd(12)}${formatCents(cents).padStart(10)}${limit}${over}`);
  }
  console.log(`${'total'.padEnd(12)}${formatCents(totalCents).padStart(10)}`);
}

const commands = { add, report };
const [command = 'report', ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(commands, command)) throw new Error(`expected one of ${Object.keys(commands).join(', ')}`);
  await commands[command](...args);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
