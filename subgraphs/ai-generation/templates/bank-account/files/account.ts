import type { Cents } from './money.ts';
import { fail, ok, type Result } from './result.ts';

export type AccountError =
  | { readonly code: 'amount-not-positive' }
  | { readonly code: 'insufficient-funds'; readonly missing: number };

export interface Entry {
  readonly text: string;
  readonly cents: number;
}

export class Account {
  readonly owner: string;
  readonly #entries: Entry[] = [];

  constructor(owner: string) {
    this.owner = owner;
  }

  get balance(): number {
    return this.#entries.reduce((sum, { cents }) => sum + cents, 0);
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  deposit(cents: Cents, text = 'deposit'): Result<Entry, AccountError> {
    return cents > 0 ? ok(this.#book({ text, cents })) : fail({ code: 'amount-not-positive' });
  }

  withdraw(cents: Cents, text = 'withdrawal'): Result<Entry, AccountError> {
    if (cents <= 0) return fail({ code: 'amount-not-positive' });
    const missing = cents - this.balance;
    return missing > 0 ? fail({ code: 'insufficient-funds', missing }) : ok(this.#book({ text, cents: -cents }));
  }

  #book(entry: Entry): Entry {
    this.#entries.push(entry);
    return entry;
  }
}

/** Both entries, or none. */
export function transfer(from: Account, to: Account, cents: Cents): Result<Entry, AccountError> {
  const withdrawn = from.withdraw(cents, `to ${to.owner}`);
  return withdrawn.ok ? to.deposit(cents, `from ${from.owner}`) : withdrawn;
}
