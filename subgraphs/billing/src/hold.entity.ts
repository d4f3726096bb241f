import { BigIntType } from '@mikro-orm/core';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { newId } from '@vibecode/platform/id';
import { HoldClosedError } from './errors.ts';
import type { HoldStatus } from './hold.status.ts';
import { type TokenPrice, toCostMicros } from './price.ts';

/**
 * ACTIVE counts for the quota. SETTLED: the ledger has the generation's usage. RELEASED: the generation was not started.
 * EXPIRED: the hold was not renewed because its job has died; usage that still arrives counts anyway.
 */

/** Tokens and cost that are held for the running generations of one account. */
export interface HeldTotal {
  readonly tokens: number;
  readonly costMicros: number;
}

type HoldInput = Pick<
  Hold,
  | 'generationId'
  | 'userId'
  | 'apiKeyId'
  | 'budgetTokens'
  | 'provider'
  | 'model'
  | 'promptTokens'
  | 'maxTokens'
  | 'costMicros'
>;

const NOTHING_HELD = {
  apiKeyId: null,
  budgetTokens: null,
  provider: '*',
  model: '*',
  promptTokens: 0,
  maxTokens: 0,
  costMicros: 0,
};

/** Tokens that are held for one generation while it runs. It is a row rather than a counter, so that it expires after a crash. */
@Entity({ tableName: 'hold' })
export class Hold {
  @PrimaryKey({ type: 'uuid' })
  id: string;

  @Property({ type: 'uuid', unique: true })
  generationId: string;

  @Property({ type: 'uuid' })
  userId: string;

  /** The API key of the request, if it has a budget. */
  @Property({ type: 'uuid', nullable: true })
  apiKeyId: string | null;

  /** The budget of that API key for all periods together, as the request had it. */
  @Property({ type: new BigIntType('number'), nullable: true })
  budgetTokens: number | null;

  /** `*` if the caller named none. */
  @Property({ type: 'text' })
  provider: string;

  @Property({ type: 'text' })
  model: string;

  @Property({ type: 'integer' })
  promptTokens: number;

  @Property({ type: 'integer' })
  maxTokens: number;

  /** The maximum cost of the tokens. */
  @Property({ type: new BigIntType('number') })
  costMicros: number;

  @Property({ type: 'text' })
  status: HoldStatus;

  @Property({ type: 'datetime' })
  createdAt: Date;

  @Property({ type: 'datetime' })
  expiresAt: Date;

  @Property({ type: 'datetime', nullable: true })
  closedAt: Date | null;

  static place(input: HoldInput, now: Date, ttlMs: number): Hold {
    return Object.assign(new Hold(), input, {
      id: newId(),
      status: 'ACTIVE',
      createdAt: now,
      expiresAt: new Date(now.getTime() + ttlMs),
      closedAt: null,
    } as const);
  }

  /** A closed hold for a generation whose release arrived before its request. */
  static released(input: Pick<HoldInput, 'generationId' | 'userId'>, now: Date): Hold {
    const hold = Hold.place({ ...input, ...NOTHING_HELD }, now, 0);
    hold.close('RELEASED', now);
    return hold;
  }

  get grantedTokens(): number {
    return this.promptTokens + this.maxTokens;
  }

  /** @throws HoldClosedError unless the hold is active */
  assertActive(): void {
    if (this.status !== 'ACTIVE') throw new HoldClosedError(this.generationId, this.status);
  }

  /** Whether it was not renewed in time, so that its tokens count as free; it need not have been swept yet. */
  hasExpired(now: Date): boolean {
    return this.status === 'EXPIRED' || (this.status === 'ACTIVE' && this.expiresAt <= now);
  }

  /** Extends the hold; never shortens it. */
  renew(now: Date, ttlMs: number): void {
    this.assertActive();
    this.expiresAt = new Date(Math.max(this.expiresAt.getTime(), now.getTime() + ttlMs));
  }

  /** Holds the tokens again after it has expired, at the price of now. */
  reopen(costMicros: number, now: Date, ttlMs: number): void {
    this.status = 'ACTIVE';
    this.closedAt = null;
    this.costMicros = costMicros;
    this.renew(now, ttlMs);
  }

  /** Reduces each number, never increases it, because a larger hold could exceed the limit. */
  shrink(promptTokens: number, maxTokens: number, price: TokenPrice): void {
    this.assertActive();
    this.promptTokens = Math.min(this.promptTokens, promptTokens);
    this.maxTokens = Math.min(this.maxTokens, maxTokens);
    this.costMicros = Math.min(this.costMicros, toCostMicros(price, this.promptTokens, this.maxTokens));
  }

  close(status: 'SETTLED' | 'RELEASED' | 'EXPIRED', now: Date): void {
    this.status = status;
    this.closedAt ??= now;
  }
}
