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
    const { data, asked } = startAudit([
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
    // The other's list may have other objects in other places.
    expect(asked()).toEqual(['a']);
    expect(await data(`{ inB { wrapper ${all} } }`)).toEqual({ inB: { wrapper: { actions: [shared, onlyB] } } });
    expect(await data('{ inA { wrapper { actions { __typename ... on OnlyB { b } } } } }')).toEqual({
      inA: { wrapper: { actions: [{ __typename: 'Both' }, { __typename: 'OnlyA' }] } },
    });
    expect(await data(`{ either { wrapper ${all} } }`)).toEqual({ either: { wrapper: { actions: [shared] } } });
    expect(await data(`{ inA { ofB ${all} } }`)).toEqual({ inA: { ofB: { actions: [shared, onlyB] } } });
  });

  it('meets each member where it is known, of unions that two subgraphs know differently', async () => {
    const book = { __typename: 'Book', id: 'k1', title: 'Rings', aTitle: 'A Rings', bTitle: 'B Rings' };
    const song = { __typename: 'Song', id: 'k2', title: 'Song', aTitle: 'A Song' };
    const movie = { __typename: 'Movie', id: 'k3', title: 'Movie', bTitle: 'B Movie' };
    const { data } = startAudit([
      {
        name: 'a',
        sdl: `union Media = Book | Song union ViewerMedia = Book | Song
          type Book @key(fields: "id") { id: ID! title: String! @shareable aTitle: String! } type Song @key(fields: "id") { id: ID! title: String! @shareable aTitle: String! }
          type Query { media: Media @shareable aMedia: Media @shareable book: Book @shareable song: Media @shareable viewer: Viewer @shareable }
          type Viewer { media: ViewerMedia @shareable aMedia: ViewerMedia book: Book @shareable song: ViewerMedia @shareable }`,
        query: { media: book, aMedia: book, book, song, viewer: { media: book, aMedia: book, book, song } },
        entities: { Book: [book], Song: [song] },
      },
      {
        name: 'b',
        sdl: `type Query { media: Media @shareable bMedia: Media @shareable book: Media @shareable viewer: Viewer @shareable }
          union Media = Book | Movie union ViewerMedia = Book | Movie
          type Movie @key(fields: "id") { id: ID! title: String! @shareable bTitle: String! } type Book @key(fields: "id") { id: ID! title: String! @shareable bTitle: String! }
          type Viewer { media: ViewerMedia @shareable bMedia: ViewerMedia book: ViewerMedia @shareable }`,
        query: { media: book, bMedia: book, book, viewer: { media: book, bMedia: movie, book } },
        entities: { Book: [book], Movie: [movie] },
      },
    ]);
    const titles = '{ __typename ... on Song { title } ... on Movie { title } ... on Book { title } }';
    const all =
      '{ __typename ... on Song { title aTitle } ... on Movie { title bTitle } ... on Book { title aTitle bTitle } }';
    const { id: _book, ...bookAsked } = book;
    const { id: _song, ...songAsked } = song;
    const titled = { __typename: 'Book', title: 'Rings' };
    const viewer = { media: titled, book: titled, song: { __typename: 'Song', title: 'Song' } };
    for (const [query, expected] of [
      ['{ media { ... on Movie { title } } }', { media: {} }],
      ['{ media { ... on Book { title } } }', { media: { title: 'Rings' } }],
      ['{ media { ... on Book { title } ... on Movie { title } } }', { media: { title: 'Rings' } }],
      [`{ media ${titles} book ${titles} song ${titles} }`, viewer],
      ['{ viewer { media { ... on Movie { title } } } }', { viewer: { media: {} } }],
      ['{ viewer { media { ... on Book { title } } } }', { viewer: { media: { title: 'Rings' } } }],
      [
        '{ viewer { media { ... on Book { title } ... on Movie { title } } } }',
        { viewer: { media: { title: 'Rings' } } },
      ],
      [`{ viewer { media ${titles} book ${titles} song ${titles} } }`, { viewer }],
      ['{ aMedia { ... on Movie { title bTitle } } }', { aMedia: {} }],
      [
        '{ aMedia { ... on Book { title aTitle bTitle } } }',
        { aMedia: { title: 'Rings', aTitle: 'A Rings', bTitle: 'B Rings' } },
      ],
      [
        `{ viewer { media ${all} book ${all} song ${all} } }`,
        { viewer: { media: bookAsked, book: bookAsked, song: songAsked } },
      ],
      [
        '{ viewer { aMedia { ... on Movie { title bTitle } } bMedia { ... on Movie { title bTitle } } } }',
        { viewer: { aMedia: {}, bMedia: { title: 'Movie', bTitle: 'B Movie' } } },
      ],
    ] as const) {
      expect(await data(query)).toEqual(expected);
    }
  });

  it('answers interfaces and unions whose members implement them in one subgraph only', async () => {
    const known = [
      { __typename: 'Oven', id: 'o1' },
      { __typename: 'Oven', id: 'o2' },
      { __typename: 'Toaster', id: 't1', warranty: 3 },
      { __typename: 'Toaster', id: 't2', warranty: 4 },
    ];
    const toasters = known.slice(2);
    const { data, ask } = startAudit([
      {
        name: 'a',
        sdl: `type Query { products: [Product] node(id: ID!): Node nodes: [Node] toasters: [Toaster] } union Product = Oven | Toaster
          interface Node { id: ID! } interface WithWarranty { warranty: Int } type Oven @key(fields: "id") { id: ID! }
          type Toaster implements Node & WithWarranty @key(fields: "id") { id: ID! warranty: Int }`,
        query: {
          products: known,
          node: ({ id }: { id: string }) => known.find((one) => one.id === id),
          nodes: toasters,
          toasters,
        },
        entities: { Oven: known.slice(0, 2), Toaster: toasters },
      },
      {
        name: 'b',
        sdl: `interface Node { id: ID! } interface WithWarranty { warranty: Int }
          type Oven implements Node & WithWarranty @key(fields: "id") { id: ID! warranty: Int }`,
        entities: { Oven: known.slice(0, 2).map((oven) => ({ ...oven, warranty: 1 })) },
      },
    ]);
    const ids = [{ id: 't1' }, { id: 't2' }];
    const warranties = [{ warranty: 3 }, { warranty: 4 }];
    for (const [query, expected] of [
      ['{ products { ... on Node { id } } }', { products: known.map(({ id }) => ({ id })) }],
      ['{ nodes { ... on Toaster { warranty } ... on Oven { id } } }', { nodes: warranties }],
      ['{ nodes { id } }', { nodes: ids }],
      ['{ nodes { ... on Node { id } } }', { nodes: ids }],
      ['{ nodes { ... on Node { ... on WithWarranty { warranty } } } }', { nodes: warranties }],
      [
        '{ nodes { ... on Node { id ... on Node { id ... on WithWarranty { warranty } } } } }',
        {
          nodes: [
            { id: 't1', warranty: 3 },
            { id: 't2', warranty: 4 },
          ],
        },
      ],
      [
        '{ toasters { ...T ...N } } fragment T on Toaster { id } fragment N on Node { id __typename }',
        { toasters: ids.map(({ id }) => ({ id, __typename: 'Toaster' })) },
      ],
      ['{ node(id: "t1") { ... on Toaster { warranty } } }', { node: { warranty: 3 } }],
    ] as const) {
      expect(await data(query)).toEqual(expected);
    }
    // The first subgraph does not know that an Oven is a Node.
    for (const type of ['Oven', 'Toaster']) {
      const answer = await ask(`{ node(id: "o1") { ... on ${type} { warranty } } }`);
      expect(answer.data).toEqual({ node: null });
      expect(answer.errors?.map(({ path }) => path)).toEqual([['node']]);
    }
  });
});
