import { readFileSync } from 'node:fs';
import { findFrequent, measure } from './statistics.js';

const sample = 'It is a long way to the top, and it is a short way down.\nThe way down is the way home.\n';
const limit = Number(process.argv[2] ?? 5);
const text = (process.stdin.isTTY ? '' : readFileSync(0, 'utf8')) || sample;

console.log('{{title}}');
for (const [name, value] of Object.entries(measure(text))) console.log(`${name.padEnd(12)}${String(value).padStart(6)}`);
console.log();
for (const [word, count] of findFrequent(text, limit)) {
  console.log(`${word.padEnd(12)}${String(count).padStart(6)}  ${'█'.repeat(Math.min(count, 40))}`);
}
