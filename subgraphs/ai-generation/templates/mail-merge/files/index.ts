import { readFile } from 'node:fs/promises';
import { compile } from './letter.ts';

console.log('{{title}}');
const read = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');
const render = compile(await read('letter.txt'));
for (const recipient of JSON.parse(await read('recipients.json'))) console.log(`\n${render(recipient)}`);
