import { startAudit } from '../audit/audit.fixture.ts';

interface Item {
  readonly id: string;
}

/** Shops with a currency each, whose items are priced in it. */
function startShops(price: (item: Item, currency: string, round: boolean | undefined) => string) {
  const item = (id: string) => ({
    id,
    price(this: Item, { currency, round }: { currency: string; round?: boolean }) {
      return price(this, currency, round);
    },
  });
  return startAudit([
    {
      name: 'a',
      sdl: `type Query { shops: [Shop!]! } type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String! items: [Item!]! }
        type Item @key(fields: "id") { id: ID! price(round: Boolean, currency: String @fromContext(field: "$shop { currency }")): String }`,
      query: {
        shops: [
          { id: 'de', currency: 'EUR', items: [item('1'), item('2')] },
          { id: 'us', currency: 'USD', items: [item('1')] },
          { id: 'fr', currency: 'EUR', items: [item('3')] },
        ],
      },
      entities: { Item: ['1', '2', '3'].map(item) },
    },
    { name: 'b', sdl: 'type Query { ok: Boolean } type Item @key(fields: "id") { id: ID! }' },
  ]);
}

describe('Arguments from the context', () => {
  it('asks one request for entities in different contexts, with the client’s own variables', async () => {
    const { data, requests } = startShops(({ id }, currency, round) => `${id} ${currency} ${round}`);
    expect(
      await data(
        'query ($r: Boolean) { shops { items { ...Priced } } } fragment Priced on Item { price(round: $r) id }',
        {
          r: true,
        },
      ),
    ).toEqual({
      shops: [
        {
          items: [
            { price: '1 EUR true', id: '1' },
            { price: '2 EUR true', id: '2' },
          ],
        },
        { items: [{ price: '1 USD true', id: '1' }] },
        { items: [{ price: '3 EUR true', id: '3' }] },
      ],
    });
    expect(requests).toHaveLength(2);
    expect(requests[1]?.query.match(/\b_\d+:_entities\b/g)).toEqual(['_0:_entities', '_1:_entities']);
  });

  it('places errors of each context at its own entities', async () => {
    const { ask } = startShops(({ id }, currency) => {
      if (currency === 'USD') throw new Error(`No price of ${id}.`);
      return `${id} ${currency}`;
    });
    const { data, errors } = await ask('{ shops { items { price } } }');
    expect(data).toEqual({
      shops: [
        { items: [{ price: '1 EUR' }, { price: '2 EUR' }] },
        { items: [{ price: null }] },
        { items: [{ price: '3 EUR' }] },
      ],
    });
    expect(errors?.map(({ message, path }) => [message, path])).toEqual([
      ['No price of 1.', ['shops', 1, 'items', 0, 'price']],
    ]);
  });
});
