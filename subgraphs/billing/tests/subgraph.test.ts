import { createEvent } from '@vibecode/platform/events/event';
import { newId } from '@vibecode/platform/id';
import { type SubgraphTest, startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startBilling } from '../src/main.ts';

const ENTITIES = `query($r: [_Any!]!, $from: DateTime!, $to: DateTime!) { _entities(representations: $r) {
  ... on User { quota { plan { id name } usedTokens heldTokens limitTokens } usage(from: $from, to: $to, by: MODEL) {
    key generations promptTokens completionTokens costCents } }
  ... on Generation { costCents } } }`;
const range = { from: '2026-01-01T00:00:00Z', to: '2026-12-31T00:00:00Z' };

describe('billing subgraph', () => {
  let test: SubgraphTest;
  beforeAll(async () => {
    test = await startSubgraphTest('billing', startBilling);
  });
  afterAll(() => test[Symbol.asyncDispose]());

  const hold = (userId: string, path: string, body: unknown) => test.internal('ai-generation', path, body, userId);

  it('shows the plans to everybody', async () => {
    expect(await test.query('{ plans { id name priceCents currency tokensPerPeriod } }')).toEqual({
      data: {
        plans: [
          { id: 'free', name: 'Free', priceCents: 0, currency: 'USD', tokensPerPeriod: 500_000 },
          { id: 'pro', name: 'Pro', priceCents: 2_000, currency: 'USD', tokensPerPeriod: 5_000_000 },
          { id: 'team', name: 'Team', priceCents: 8_000, currency: 'USD', tokensPerPeriod: 25_000_000 },
        ],
      },
    });
  });

  it('takes a generation from hold to receipt, for the eyes of its user and admins', async () => {
    const [userId, generationId, projectId] = [newId(), newId(), newId()];
    const ann = await test.sign({ userId, scope: 'usage:read account' });
    const request = { generationId, promptTokens: 1000, maxTokens: 2000, provider: 'openai', model: 'gpt-4o' };
    const placed = await hold(userId, 'holds', request);
    expect(placed).toMatchObject({ status: 200, body: { grantedTokens: 3000 } });
    expect(await hold(userId, 'holds', request)).toEqual(placed);
    expect(await hold(userId, 'holds/shrink', { generationId, promptTokens: 400, maxTokens: 2000 })).toMatchObject({
      body: { grantedTokens: 2400 },
    });
    expect(await hold(userId, 'holds/renew', { generationId })).toMatchObject({ status: 200 });
    const representations = [
      { __typename: 'User', id: userId },
      { __typename: 'Generation', id: generationId },
    ];
    const variables = { r: representations, ...range };
    const before = await test.query(ENTITIES, variables, ann);
    expect(before).toMatchObject({
      data: { _entities: [{ quota: { heldTokens: 2400, usedTokens: 0 }, usage: [] }, { costCents: null }] },
    });
    await test.infrastructure.bus.publish([
      createEvent('generation.complete', {
        source: 'ai-generation',
        subject: generationId,
        key: userId,
        data: {
          generationId,
          userId,
          projectId,
          status: 'COMPLETED',
          chargeable: true,
          model: 'gpt-4o',
          provider: 'openai',
          promptTokens: 400,
          completionTokens: 900,
          durationMs: 5,
          version: 1,
          errorCode: null,
        },
      }),
    ]);
    const receipt = {
      data: {
        _entities: [
          {
            quota: { plan: { id: 'free', name: 'Free' }, usedTokens: 1300, heldTokens: 0, limitTokens: 500_000 },
            usage: [{ key: 'gpt-4o', generations: 1, promptTokens: 400, completionTokens: 900, costCents: 1 }],
          },
          { costCents: 1 },
        ],
      },
    };
    expect(await test.query(ENTITIES, variables, ann)).toEqual(receipt);
    expect(
      await test.query(ENTITIES, variables, await test.sign({ userId: newId(), role: 'ADMIN', scope: 'usage:read' })),
    ).toEqual(receipt);
    const hidden = { data: { _entities: [{ quota: null, usage: null }, { costCents: null }] } };
    expect(await test.query(ENTITIES, variables, await test.sign({ userId: newId() }))).toEqual(hidden);
    expect(await test.query(ENTITIES, variables)).toEqual(hidden);
    expect(await hold(userId, 'holds', request)).toMatchObject({
      status: 409,
      body: { error: { code: 'BILLING_HOLD_CLOSED', details: { status: 'SETTLED' } } },
    });
  });

  it('refuses a hold past the spend cap, with what would fit', async () => {
    const userId = newId();
    const ann = await test.sign({ userId, scope: 'usage:read account' });
    const setSpendCap = 'mutation($cap: Int) { setSpendCap(costCents: $cap) { spendCapCents spentCents } }';
    expect(await test.query(setSpendCap, { cap: 1 }, ann)).toEqual({
      data: { setSpendCap: { spendCapCents: 1, spentCents: 0 } },
    });
    const request = { generationId: newId(), promptTokens: 0, maxTokens: 1001, provider: 'openai', model: 'gpt-4o' };
    expect(await hold(userId, 'holds', request)).toMatchObject({
      status: 402,
      body: { error: { code: 'BILLING_QUOTA_EXCEEDED', details: { affordableTokens: 1000, reason: 'SPEND_CAP' } } },
    });
    expect(await hold(userId, 'holds', { ...request, provider: 'blueprint' })).toMatchObject({ status: 200 });
    expect(await test.query(setSpendCap, { cap: null }, ann)).toMatchObject({
      data: { setSpendCap: { spendCapCents: null } },
    });
  });

  it.each([
    ['no generation', { promptTokens: 1, maxTokens: 1 }, 'generationId'],
    ['a generation that is no id', { generationId: 'x', promptTokens: 1, maxTokens: 1 }, 'generationId'],
    ['negative tokens', { generationId: newId(), promptTokens: -1, maxTokens: 1 }, 'promptTokens'],
    ['nothing to hold', { generationId: newId(), promptTokens: 1, maxTokens: 0 }, 'maxTokens'],
    ['half a token', { generationId: newId(), promptTokens: 1, maxTokens: 0.5 }, 'maxTokens'],
    ['more than any model takes', { generationId: newId(), promptTokens: 1, maxTokens: 1e12 }, 'maxTokens'],
  ])('refuses a hold with %s', async (_, body, field) => {
    expect(await hold(newId(), 'holds', body)).toMatchObject({
      status: 400,
      body: { error: { code: 'INVALID_INPUT', details: { field } } },
    });
  });

  it('opens holds to ai-generation alone, and each to its own user', async () => {
    const generationId = newId();
    const body = { generationId, promptTokens: 1, maxTokens: 1 };
    expect(await test.internal('project', 'holds', body, newId())).toMatchObject({ status: 403 });
    await hold(newId(), 'holds', body);
    expect(await hold(newId(), 'holds/renew', { generationId })).toMatchObject({
      status: 404,
      body: { error: { code: 'NOT_FOUND' } },
    });
    expect(await hold(newId(), 'holds/renew-many', { generationIds: [generationId] })).toMatchObject({
      body: { holds: [{ generationId, expiresAt: null, status: null }] },
    });
    const tooMany = Array.from({ length: 1_001 }, newId);
    for (const generationIds of [[], tooMany]) {
      expect(await hold(newId(), 'holds/renew-many', { generationIds })).toMatchObject({
        status: 400,
        body: { error: { code: 'INVALID_INPUT', details: { field: 'generationIds' } } },
      });
    }
    expect(await hold(newId(), 'holds', body)).toMatchObject({
      status: 409,
      body: { error: { code: 'CONFLICT' } },
    });
  });

  it('tells what is wrong with what a client asks for', async () => {
    const userId = newId();
    const ann = await test.sign({ userId, scope: 'usage:read account' });
    expect(await test.query('mutation { setSpendCap(costCents: 1) { spentCents } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await test.query('mutation { setSpendCap(costCents: -1) { spentCents } }', {}, ann)).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', field: 'costCents' } }],
    });
    for (const { from, to } of [
      { from: range.to, to: range.from },
      { from: '2020-01-01T00:00:00Z', to: range.to },
    ]) {
      expect(await test.query(ENTITIES, { r: [{ __typename: 'User', id: userId }], from, to }, ann)).toMatchObject({
        data: { _entities: [{ usage: null }] },
        errors: [{ extensions: { code: 'INVALID_INPUT', field: 'to' } }],
      });
    }
    const key = await test.sign({ userId, scope: 'project:read' });
    expect(await test.query('mutation { setSpendCap(costCents: 1) { spentCents } }', {}, key)).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN', scope: 'account' } }],
    });
    expect(await test.query(ENTITIES, { r: [{ __typename: 'User', id: userId }], ...range }, key)).toMatchObject({
      data: { _entities: [{ quota: null }] },
      errors: [{ extensions: { code: 'FORBIDDEN', scope: 'usage:read' } }, {}],
    });
    const unknown = [
      { __typename: 'User', id: 'x' },
      { __typename: 'Generation', id: 'x' },
    ];
    expect(await test.query(ENTITIES, { r: unknown, ...range }, ann)).toEqual({ data: { _entities: [null, null] } });
  });
});
