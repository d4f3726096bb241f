import { Account, type AccountError, transfer } from './account.ts';
import { formatCents, toCents } from './money.ts';

function explain(error: AccountError): string {
  switch (error.code) {
    case 'amount-not-positive':
      return 'the amount must be positive';
    case 'insufficient-funds':
      return `insufficient funds, ${formatCents(error.missing)} short`;
  }
}

console.log('{{title}}');
const ann = new Account('Ann');
const bob = new Account('Bob');
ann.deposit(toCents(500), 'salary');
ann.withdraw(toCents(19.99), 'books');
transfer(ann, bob, toCents(10.01));

const refused = transfer(ann, bob, toCents(500));
console.log(`transfer 500.00: ${refused.ok ? 'done' : explain(refused.error)}`);

for (const { owner, balance, entries } of [ann, bob]) {
  console.log(`\n${owner.padEnd(20)}${formatCents(balance).padStart(10)}`);
  for (const { text, cents } of entries) console.log(`  ${text.padEnd(18)}${formatCents(cents).padStart(10)}`);
}
