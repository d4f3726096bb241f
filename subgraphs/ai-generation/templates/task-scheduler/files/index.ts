import { readFileSync } from 'node:fs';
import { parseTasks } from './parse.ts';
import { planBatches } from './plan.ts';

const sample = `
bread: dough oven
dough: flour water
oven:              # takes a while
`;

const input = process.stdin.isTTY ? '' : readFileSync(0, 'utf8');

console.log('{{title}}');
try {
  const batches = planBatches(parseTasks(input.trim() === '' ? sample : input));
  for (const [index, batch] of batches.entries()) console.log(`${index + 1}. ${batch.join(', ')}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
