import type { MikroORM } from '@mikro-orm/postgresql';
import { openDatabase } from '@vibecode/platform/database';
import type { AppError } from '@vibecode/platform/errors';
import { createEvent } from '@vibecode/platform/events/event';
import { consumeEvents } from '@vibecode/platform/events/inbox';
import { createLocalBus } from '@vibecode/platform/events/local.bus';
import { OutboxMessage } from '@vibecode/platform/events/outbox';
import { newId } from '@vibecode/platform/id';
import { createLog } from '@vibecode/platform/log';
import type { TestDatabase } from '@vibecode/platform/testing/database';
import * as fc from '@vibecode/platform/testing/property';
import type { EventData } from '@vibecode/schema/events/topics';
import { createBillingEventHandlers } from '../src/billing.events.ts';
import { database } from '../src/database.ts';
import { Hold } from '../src/hold.entity.ts';
import { type ApiKeyBudget, HoldService } from '../src/hold.service.ts';
import type { HoldStatus } from '../src/hold.status.ts';
import { QuotaService } from '../src/quota.service.ts';

const TTL_MS = 60_000;
const log = createLog({ service: 'billing', level: 'silent' });

type Completion = EventData<'generation.complete'>;

/** Billing without its doors: services over a database, a clock that tests move, and a bus that brings events. */
async function startBillingServices({ url }: TestDatabase, poolSize = 4) {
  await using started = new AsyncDisposableStack();
  const orm = started.adopt(await openDatabase({ ...database, url, poolSize }), (opened) => opened.close(true));
  let now = new Date('2026-11-24T12:00:00.000Z');
  const clock = () => now;
  const bus = started.use(createLocalBus({ log, retry: { retries: 0 } }));
  started.use(await consumeEvents({ orm, bus, group: 'billing', log, on: createBillingEventHandlers(clock) }));
  const quotas = new QuotaService({ orm, clock });
  const holds = new HoldService({ orm, clock, ttlMs: TTL_MS });
  const rest = started.move();
  return {
    orm,
    holds,
    quotas,
    pass(ms: number) {
      now = new Date(now.getTime() + ms);
    },
    place: (
      userId: string,
      generationId: string,
      promptTokens: number,
      maxTokens: number,
      budget: ApiKeyBudget | null = null,
    ) => holds.place({ userId, generationId, promptTokens, maxTokens, provider: 'test', model: 'm', budget }),
    complete: (userId: string, generationId: string, change: Partial<Completion> = {}) =>
      bus.publish([
        createEvent('generation.complete', {
          source: 'ai-generation',
          subject: generationId,
          key: userId,
          data: { ...completion, userId, generationId, ...change },
        }),
      ]),
    async quota(userId: string) {
      const quota = (await quotas.getQuotas(orm.em.fork(), [userId])).get(userId);
      if (!quota) throw new Error(`no quota of ${userId}`);
      return quota;
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

const completion: Omit<Completion, 'userId' | 'generationId'> = {
  projectId: newId(),
  status: 'COMPLETED',
  chargeable: true,
  model: 'm',
  provider: 'test',
  promptTokens: 100,
  completionTokens: 50,
  durationMs: 1,
  version: 1,
  errorCode: null,
};

const refusalOf = (attempt: Promise<unknown>): Promise<AppError> =>
  attempt.then(
    () => Promise.reject(new Error('expected a refusal')),
    (error: AppError) => error,
  );

async function holdStatus(orm: MikroORM, generationId: string): Promise<HoldStatus | null> {
  return (await orm.em.fork().findOne(Hold, { generationId }))?.status ?? null;
}

const LIMIT = 500_000;

/** What billing promises on any PostgreSQL. */
export function describeBilling(
  name: string,
  startDatabase: () => Promise<TestDatabase>,
  concurrentStarts: number,
): void {
  describe(`billing: ${name}`, () => {
    let testDatabase: TestDatabase;
    beforeAll(async () => {
      testDatabase = await startDatabase();
    });
    afterAll(() => testDatabase[Symbol.asyncDispose]());

    it('opens an account at the first look, once, and counts a settled generation once', async () => {
      await using billing = await startBillingServices(testDatabase);
      const [user, generation] = [newId(), newId()];
      const looks = await Promise.all(Array.from({ length: 5 }, () => billing.quota(user)));
      expect(looks[0]).toMatchObject({ limitTokens: LIMIT, usedTokens: 0, heldTokens: 0, remainingTokens: LIMIT });
      const hold = await billing.place(user, generation, 100, 400);
      expect(hold.grantedTokens).toBe(500);
      expect((await billing.place(user, generation, 100, 400)).id).toBe(hold.id);
      expect(await billing.quota(user)).toMatchObject({ usedTokens: 0, heldTokens: 500, remainingTokens: LIMIT - 500 });
      await billing.complete(user, generation);
      await billing.complete(user, generation);
      expect(await billing.quota(user)).toMatchObject({ usedTokens: 150, heldTokens: 0, remainingTokens: LIMIT - 150 });
      expect(await holdStatus(billing.orm, generation)).toBe('SETTLED');
    });

    it('counts nothing of what is not chargeable, and tokens without cost of a blueprint', async () => {
      await using billing = await startBillingServices(testDatabase);
      const user = newId();
      const [failed, blueprint, priced] = [newId(), newId(), newId()];
      await billing.place(user, failed, 100, 400);
      await billing.complete(user, failed, { status: 'FAILED', chargeable: false, version: null, errorCode: 'X' });
      expect(await billing.quota(user)).toMatchObject({ usedTokens: 0, heldTokens: 0, spentCents: 0 });
      await billing.complete(user, blueprint, { provider: 'blueprint', model: 'blueprint' });
      expect(await billing.quota(user)).toMatchObject({ usedTokens: 150, spentCents: 0 });
      const tokens = { promptTokens: 10_000, completionTokens: 20_000 };
      await billing.complete(user, priced, {
        provider: 'openai',
        model: 'gpt-4o-mini',
        status: 'CANCELLED',
        ...tokens,
      });
      expect(await billing.quota(user)).toMatchObject({ usedTokens: 30_150, spentCents: 1.35 });
    });

    it('refuses what would pass the limit, names what would fit, and announces it once for each limit', async () => {
      await using billing = await startBillingServices(testDatabase);
      const user = newId();
      await billing.place(user, newId(), 0, LIMIT - 1000);
      const refusal = await refusalOf(billing.place(user, newId(), 200, 900));
      expect(refusal).toMatchObject({
        code: 'BILLING_QUOTA_EXCEEDED',
        details: { affordableTokens: 800, requestedTokens: 1100, limitTokens: LIMIT, heldTokens: LIMIT - 1000 },
      });
      await refusalOf(billing.place(user, newId(), 200, 900));
      const announced = async () =>
        (await billing.orm.em.fork().find(OutboxMessage, {})).filter(({ event }) => event.subject === user);
      expect(await announced()).toMatchObject([
        { event: { type: 'user.quota.exceeded', partitionkey: user, data: { userId: user, requestedTokens: 1100 } } },
      ]);
      await billing.quotas.setSpendCap(user, 0);
      await refusalOf(billing.place(user, newId(), 200, 900));
      expect(await announced()).toHaveLength(2);
      expect(await refusalOf(billing.place(user, newId(), 200, 800))).toMatchObject({
        details: { reason: 'SPEND_CAP', affordableTokens: 0 },
      });
      await billing.quotas.setSpendCap(user, null);
      expect((await billing.place(user, newId(), 200, 800)).grantedTokens).toBe(1000);
    });

    it("keeps an API key within its budget, over periods and together with the account's limits", async () => {
      await using billing = await startBillingServices(testDatabase);
      const [user, first, second] = [newId(), newId(), newId()];
      const budget = { apiKeyId: newId(), tokens: 1000 };
      await billing.place(user, first, 100, 500, budget);
      expect(await refusalOf(billing.place(user, newId(), 100, 301, budget))).toMatchObject({
        code: 'BILLING_QUOTA_EXCEEDED',
        details: { reason: 'API_KEY_BUDGET', affordableTokens: 300 },
      });
      await billing.complete(user, first);
      await billing.place(user, second, 0, 850, budget);
      await billing.complete(user, second, { status: 'FAILED', chargeable: false, version: null, errorCode: 'X' });
      billing.pass(31 * 86_400_000);
      const racers = Array.from({ length: 5 }, () => billing.place(user, newId(), 0, 500, budget));
      expect((await Promise.allSettled(racers)).filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect((await billing.place(user, newId(), 0, 1000, { ...budget, apiKeyId: newId() })).status).toBe('ACTIVE');
      expect((await billing.place(user, newId(), 0, 2000)).status).toBe('ACTIVE');
    });

    it('holds the tokens of several calls, names what would fit each, and can keep a refusal to itself', async () => {
      await using billing = await startBillingServices(testDatabase);
      const [user, generation] = [newId(), newId()];
      await billing.place(user, newId(), 0, LIMIT - 10_000);
      const call = { userId: user, promptTokens: 1_000, provider: 'test', model: 'm', budget: null, calls: 5 };
      const request = { ...call, generationId: generation };
      const refusal = await refusalOf(billing.holds.place({ ...request, maxTokens: 1_001, announces: false }));
      expect(refusal.details).toMatchObject({ affordableTokens: 1_000, requestedTokens: 10_005 });
      const announced = async () =>
        (await billing.orm.em.fork().find(OutboxMessage, {})).filter(({ event }) => event.subject === user);
      expect(await announced()).toHaveLength(0);
      await refusalOf(billing.holds.place({ ...request, maxTokens: 1_001 }));
      expect(await announced()).toHaveLength(1);
      const hold = await billing.holds.place({ ...request, maxTokens: 1_000 });
      expect(hold).toMatchObject({ promptTokens: 5_000, maxTokens: 5_000 });
      expect(await billing.quota(user)).toMatchObject({ remainingTokens: 0 });
      await billing.holds.shrink(user, generation, 900, 1_200);
      expect(await billing.quota(user)).toMatchObject({ remainingTokens: 10_000 - 2_100 });
    });

    it('expires a hold that is not renewed, and only that; usage that comes after it still counts', async () => {
      await using billing = await startBillingServices(testDatabase);
      const user = newId();
      const [alive, dead] = [newId(), newId()];
      await billing.place(user, alive, 0, 100);
      await billing.place(user, dead, 0, 100);
      billing.pass(TTL_MS - 1);
      const { expiresAt } = await billing.holds.renew(user, alive);
      billing.pass(1);
      expect(await billing.quota(user)).toMatchObject({ heldTokens: 100 });
      expect(await billing.holds.expire()).toBeGreaterThanOrEqual(1);
      expect(await holdStatus(billing.orm, alive)).toBe('ACTIVE');
      expect(await holdStatus(billing.orm, dead)).toBe('EXPIRED');
      await billing.complete(user, dead);
      expect(await holdStatus(billing.orm, dead)).toBe('SETTLED');
      expect(await billing.quota(user)).toMatchObject({ heldTokens: 100, usedTokens: 150 });
      expect(expiresAt).toEqual(new Date('2026-11-24T12:01:59.999Z'));
      expect(await refusalOf(billing.holds.renew(user, dead))).toMatchObject({ code: 'BILLING_HOLD_CLOSED' });
    });

    it('renews many holds at once, each of them or not, and of nobody else', async () => {
      await using billing = await startBillingServices(testDatabase);
      const [user, other] = [newId(), newId()];
      const [one, two, expired, released, foreign, missing] = [newId(), newId(), newId(), newId(), newId(), newId()];
      await billing.place(user, expired, 0, 100);
      billing.pass(TTL_MS / 2);
      for (const generation of [one, two, released]) await billing.place(user, generation, 0, 100);
      await billing.holds.release(user, released);
      await billing.place(other, foreign, 0, 100);
      billing.pass(TTL_MS / 2);
      const until = new Date('2026-11-24T12:02:00.000Z');
      const asked = [one, expired, released, foreign, missing, two];
      const answers = [
        { generationId: one, expiresAt: until, status: 'ACTIVE' },
        { generationId: expired, expiresAt: null, status: 'EXPIRED' },
        { generationId: released, expiresAt: null, status: 'RELEASED' },
        { generationId: foreign, expiresAt: null, status: null },
        { generationId: missing, expiresAt: null, status: null },
        { generationId: two, expiresAt: until, status: 'ACTIVE' },
      ];
      expect(await billing.holds.renewMany(user, asked)).toEqual(answers);
      await billing.holds.expire();
      expect(await billing.holds.renewMany(user, asked)).toEqual(answers);
      expect(await billing.quota(user)).toMatchObject({ heldTokens: 200 });
      expect(await billing.quota(other)).toMatchObject({ heldTokens: 100 });
    });

    it('places an expired hold again while there is room, within the budget of its key, and not once it is settled', async () => {
      await using billing = await startBillingServices(testDatabase);
      const user = newId();
      const [first, second, keyed, done] = [newId(), newId(), newId(), newId()];
      const budget = { apiKeyId: newId(), tokens: 100 };
      await billing.place(user, first, 0, LIMIT - 1_000);
      await billing.place(user, keyed, 0, 80, budget);
      await billing.place(user, done, 0, 10);
      billing.pass(TTL_MS);
      // Whether or not a sweep has been there.
      expect((await billing.holds.renew(user, first)).status).toBe('ACTIVE');
      billing.pass(TTL_MS);
      await billing.holds.expire();
      await billing.place(user, second, 0, LIMIT - 1_000);
      await billing.place(user, newId(), 0, 50, budget);
      expect(await refusalOf(billing.holds.renew(user, first))).toMatchObject({ code: 'BILLING_QUOTA_EXCEEDED' });
      expect(await refusalOf(billing.holds.renew(user, keyed))).toMatchObject({
        code: 'BILLING_QUOTA_EXCEEDED',
        details: { reason: 'API_KEY_BUDGET', affordableTokens: 50 },
      });
      await billing.complete(user, done);
      expect(await refusalOf(billing.holds.renew(user, done))).toMatchObject({ code: 'BILLING_HOLD_CLOSED' });
      await billing.holds.release(user, second);
      expect(await billing.holds.renew(user, first)).toMatchObject({ status: 'ACTIVE', maxTokens: LIMIT - 1_000 });
      expect((await billing.quota(user)).heldTokens).toBe(LIMIT - 1_000 + 50);
    });

    it('never says that a hold was renewed which a sweep closes at the same moment', async () => {
      await using billing = await startBillingServices(testDatabase, 8);
      const user = newId();
      const ids = Array.from({ length: 40 }, newId);
      for (const id of ids) await billing.place(user, id, 0, 10);
      billing.pass(TTL_MS);
      const [, , many, ...single] = await Promise.all([
        billing.holds.expire(),
        billing.holds.expire(),
        billing.holds.renewMany(user, ids.slice(0, 20)),
        ...ids.slice(20).map((id) => billing.holds.renew(user, id)),
      ]);
      await billing.holds.expire();
      expect(many.map(({ status }) => status)).toEqual(many.map(() => 'EXPIRED'));
      expect(single.map(({ status }) => status)).toEqual(single.map(() => 'ACTIVE'));
      for (const [index, id] of ids.entries()) {
        expect(await holdStatus(billing.orm, id)).toBe(index < 20 ? 'EXPIRED' : 'ACTIVE');
      }
      expect((await billing.quota(user)).heldTokens).toBe(200);
    });

    it('leaves no hold behind, whichever of hold, end and release comes first', async () => {
      await using billing = await startBillingServices(testDatabase);
      const steps = fc.shuffledSubarray(['place', 'complete', 'release', 'expire', 'place again'] as const, {
        minLength: 2,
      });
      for (const order of fc.sample(steps, 12)) {
        const [user, generation] = [newId(), newId()];
        for (const step of order) {
          if (step === 'complete') await billing.complete(user, generation);
          else if (step === 'release') await billing.holds.release(user, generation);
          else if (step === 'expire') billing.pass(TTL_MS);
          else
            await billing
              .place(user, generation, 10, 10)
              .catch((error: AppError) => expect(error.code).toBe('BILLING_HOLD_CLOSED'));
        }
        const ended = order.includes('complete') || order.includes('release');
        const { heldTokens, usedTokens } = await billing.quota(user);
        if (ended) expect(heldTokens).toBe(0);
        expect(usedTokens).toBe(order.includes('complete') ? 150 : 0);
      }
    });

    it('shrinks a hold and never lets it grow', async () => {
      await using billing = await startBillingServices(testDatabase);
      const [user, generation] = [newId(), newId()];
      await billing.place(user, generation, 1000, 2000);
      expect((await billing.holds.shrink(user, generation, 300, 5000)).grantedTokens).toBe(2300);
      expect((await billing.holds.shrink(user, generation, 400, 100)).grantedTokens).toBe(400);
      expect(await billing.quota(user)).toMatchObject({ heldTokens: 400 });
      expect(await refusalOf(billing.holds.shrink(newId(), generation, 1, 1))).toMatchObject({ code: 'NOT_FOUND' });
    });

    it('begins each period with nothing used', async () => {
      await using billing = await startBillingServices(testDatabase);
      const user = newId();
      await billing.complete(user, newId(), { promptTokens: LIMIT, completionTokens: 0 });
      expect(await refusalOf(billing.place(user, newId(), 0, 1))).toMatchObject({ code: 'BILLING_QUOTA_EXCEEDED' });
      billing.pass(31 * 86_400_000);
      expect(await billing.quota(user)).toMatchObject({ usedTokens: 0, periodStart: new Date('2026-12-24T12:00:00Z') });
      expect((await billing.place(user, newId(), 0, LIMIT)).status).toBe('ACTIVE');
    });

    it(`holds the limit to the token over ${concurrentStarts} concurrent starts`, async () => {
      await using billing = await startBillingServices(testDatabase, 10);
      const user = newId();
      const each = Math.floor((LIMIT / concurrentStarts) * 3);
      const outcomes = await Promise.allSettled(
        Array.from({ length: concurrentStarts }, () => billing.place(user, newId(), 0, each)),
      );
      const granted = outcomes.filter(({ status }) => status === 'fulfilled').length;
      const refused = outcomes.filter(
        (outcome) => outcome.status === 'rejected' && outcome.reason.code === 'BILLING_QUOTA_EXCEEDED',
      ).length;
      expect(granted).toBe(Math.floor(LIMIT / each));
      expect(granted + refused).toBe(concurrentStarts);
      const { heldTokens } = await billing.quota(user);
      expect(heldTokens).toBe(granted * each);
      expect(heldTokens).toBeLessThanOrEqual(LIMIT);
    });
  });
}
