import { readFileSync } from 'node:fs';
import { explain, type SignUp, signUp } from './sign-up.ts';

const samples = [
  { name: ' Ann ', email: 'Ann@Example.org', password: 'correct horse', passwordAgain: 'correct horse' },
  { name: 'Bob', email: 'bob at example', password: 'correct horse', passwordAgain: 'battery staple' },
];

function welcome({ name, email, newsletter }: SignUp): string {
  return `${name} signs up with ${email}${newsletter ? ' and wants letters' : ''}`;
}

const input = process.stdin.isTTY ? '' : readFileSync(0, 'utf8').trim();

console.log('{{title}}');
for (const form of input === '' ? samples : [JSON.parse(input)]) {
  const parsed = signUp.safeParse(form);
  console.log(parsed.success ? welcome(parsed.data) : explain(parsed.error).join('\n'));
}
