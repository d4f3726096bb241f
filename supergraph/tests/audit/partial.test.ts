import { startAudit } from './audit.fixture.ts';

describe('A union that subgraphs know in part', () => {
  it('keeps members that have no key and only one subgraph has', async () => {
    const { data } = startAudit([
      {
        name: 'whole',
        sdl: `type Query { reply: Reply } type Reply @shareable { parts: [Part!]! text: String } union Part = Apple | Birch | Cloud
          type Apple @shareable { id: ID! color: String } type Birch { id: ID! name: String height: String } type Cloud { id: ID! shape: String }`,
        query: {
          reply: {
            text: 'hello',
            parts: [
              { __typename: 'Apple', id: '1', color: 'red' },
              { __typename: 'Birch', id: '2', name: 'b', height: 'tall' },
              { __typename: 'Cloud', id: '3', shape: 'round' },
            ],
          },
        },
      },
      {
        name: 'part',
        sdl: 'type Reply @shareable { parts: [Part!]! text: String } union Part = Apple type Apple @shareable { id: ID! color: String }',
      },
    ]);
    expect(
      await data(
        '{ reply { text parts { __typename ... on Apple { id color } ... on Birch { id name height } ... on Cloud { id shape } } } }',
      ),
    ).toEqual({
      reply: {
        text: 'hello',
        parts: [
          { __typename: 'Apple', id: '1', color: 'red' },
          { __typename: 'Birch', id: '2', name: 'b', height: 'tall' },
          { __typename: 'Cloud', id: '3', shape: 'round' },
        ],
      },
    });
    expect(await data('{ reply { parts { __typename ... on Birch { name } ... on Cloud { shape } } } }')).toEqual({
      reply: {
        parts: [{ __typename: 'Apple' }, { __typename: 'Birch', name: 'b' }, { __typename: 'Cloud', shape: 'round' }],
      },
    });
  });

  it('answers what the subgraph has that is asked, though another knows a member more', async () => {
    const shared = { __typename: 'Both', label: 'L' };
    const onlyA = { __typename: 'OnlyA', a: 'A' };
    const onlyB = { __typename: 'OnlyB', b: 'B' };
    const box = (actions: unknown[]) => ({ id: 'box', wrapper: { actions } });
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `type Query { inA: Box either: Box @shareable } type Box @key(fields: "id") { id: ID! wrapper: Wrapper @shareable }
          type Wrapper @shareable { actions: [Action!]! } union Action = Both | OnlyA type Both @shareable { label: String } type OnlyA { a: String }`,
        query: { inA: box([shared, onlyA]), either: box([shared]) },
        entities: { Box: [box([shared, onlyA])] },
      },
      {
        name: 'b',
        sdl: `type Query { inB: Box either: Box @shareable } type Box @key(fields: "id") { id: ID! wrapper: Wrapper @shareable ofB: Wrapper }
          type Wrapper @shareable { actions: [Action!]! } union Action = Both | OnlyB type Both @shareable { label: String } type OnlyB { b: String }`,
        query: { inB: box([shared, onlyB]), either: box([shared]) },
        entities: { Box: [{ ...box([shared, onlyB]), ofB: { actions: [shared, onlyB] } }] },
      },
    ]);
    const all = '{ actions { __typename ... on Both { label } ... on OnlyA { a } ... on OnlyB { b } } }';
    expect(await data(`{ inA { wrapper ${all} } }`)).toEqual({ inA: { wrapper: { actions: [shared, onlyA] } } });
    expect(await data(`{ inB { wrapper ${all} } }`)).toEqual({ inB: { wrapper: { actions: [shared, onlyB] } } });
    expect(await data('{ inA { wrapper { actions { __typename ... on OnlyB { b } } } } }')).toEqual({
      inA: { wrapper: { actions: [{ __typename: 'Both' }, { __typename: 'OnlyA' }] } },
    });
    expect(await data(`{ either { wrapper ${all} } }`)).toEqual({ either: { wrapper: { actions: [shared] } } });
    expect(await data(`{ inA { ofB ${all} } }`)).toEqual({ inA: { ofB: { actions: [shared, onlyB] } } });
  });
});
