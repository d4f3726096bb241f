import { connect, seqsOf, startFeed, take } from './subscription.fixture.ts';

describe('a subscription through the gateway', () => {
  it('passes events on in order, and stops at the source when the client stops, however quiet it is', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.feed.post('hello', 2);
    const events = client.iterate({ query: 'subscription { posted { seq text } }' });
    expect(await take(events, 2)).toEqual([
      { data: { posted: { seq: 1, text: 'hello' } } },
      { data: { posted: { seq: 2, text: 'hello' } } },
    ]);
    expect(test.feed.state.open).toBe(1);
    await events.return?.();
    await test.feed.until(({ open }) => open === 0);
  });

  it('stops at the source when the connection is gone', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    const streams = [1, 2, 3].map((n) => client.iterate({ query: `subscription S${n} { posted { seq } }` }));
    for (const stream of streams) void stream.next().catch(() => undefined);
    await test.feed.until(({ open }) => open === 3);
    client.terminate();
    await test.feed.until(({ open }) => open === 0);
  });

  it('goes on after the subgraph was gone, without gap or duplicate', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.feed.post('before', 3);
    const events = client.iterate({ query: 'subscription { posted { seq text } }' });
    expect(seqsOf(await take(events, 3))).toEqual([1, 2, 3]);
    await test.killFeed();
    test.feed.post('meanwhile', 2);
    await test.restartFeed();
    expect(seqsOf(await take(events, 2))).toEqual([4, 5]);
    test.feed.post('after', 1);
    expect(seqsOf(await take(events, 1))).toEqual([6]);
    expect(test.feed.state.askedAfter).toEqual([0, 3]);
  });

  it('resumes by a nested cursor that the client did not select, and does not show it', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.feed.post('first');
    const events = client.iterate({
      query: 'subscription Watch($after: Int) { news: changed(afterSeq: $after) { item { kind: __typename seq } } }',
      variables: { after: 0 },
    });
    expect(await take(events, 1)).toEqual([{ data: { news: { item: { kind: 'Post', seq: 1 } } } }]);
    await test.killFeed();
    test.feed.post('second');
    await test.restartFeed();
    expect(await take(events, 1)).toEqual([{ data: { news: { item: { kind: 'Post', seq: 2 } } } }]);
    expect(test.feed.state.askedAfter).toEqual([0, 1]);
  });

  it('ends with an error when the field cannot be resumed', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.feed.post('before');
    const events = client.iterate({ query: 'subscription { heard { seq } }' });
    await take(events, 1);
    await test.killFeed();
    expect(await take(events, 2)).toMatchObject([
      { errors: [{ extensions: { code: 'SUBREQUEST_WS_ERROR', service: 'feed' } }] },
    ]);
  });

  it('hides what the API schema hides', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.feed.change(({ log }) => log.push({ seq: 1, text: 'x', mood: 'SECRET', author: { id: 'u' } }));
    const events = client.iterate({ query: 'subscription { posted { seq mood } }' });
    expect(await take(events, 1)).toMatchObject([{ data: { posted: { seq: 1, mood: null } }, errors: [{}] }]);
  });

  it("gives a refused operation the subgraph's error, and leaves its neighbours alone", async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    const neighbour = client.iterate({ query: 'subscription { posted { seq } }' });
    const first = neighbour.next();
    await test.feed.until(({ open }) => open === 1);
    const refused = client.iterate({ query: 'subscription { refused { seq } }' });
    expect(await take(refused, 2)).toMatchObject([{ errors: [{ message: 'Not for you.', path: ['refused'] }] }]);
    test.feed.post('still here');
    expect(await first).toMatchObject({ value: { data: { posted: { seq: 1 } } } });
  });

  it('completes events from other subgraphs, those that wait in one request', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.users.change((state) => {
      state.isHeld = true;
    });
    const events = client.iterate({ query: 'subscription { posted { seq author { name } } }' });
    test.feed.post('one');
    const first = events.next();
    await test.users.until(({ asked }) => asked.length === 1);
    test.feed.post('more', 20);
    const echo = client.iterate({ query: 'subscription { heard(afterSeq: 20) { seq } }' });
    await take(echo, 1);
    test.users.change((state) => {
      state.isHeld = false;
    });
    expect(await first).toMatchObject({ value: { data: { posted: { seq: 1, author: { name: 'name of u1' } } } } });
    const rest = await take(events, 20);
    expect(seqsOf(rest)).toEqual(Array.from({ length: 20 }, (_, index) => index + 2));
    expect(rest[0]).toEqual({ data: { posted: { seq: 2, author: { name: 'name of u2' } } } });
    expect(test.users.state.asked[1]?.toSorted()).toEqual(['u0', 'u1', 'u2']);
    expect(test.users.state.asked.length).toBe(2);
  });

  it('gives each event the errors that are its own', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.users.change((state) => {
      state.isBroken = true;
    });
    test.feed.post('one', 2);
    const events = client.iterate({ query: 'subscription { posted { seq author { name } } }' });
    const expected = (seq: number) => ({
      data: { posted: { seq, author: { name: null } } },
      errors: [{ path: ['posted', 'author'], message: 'The users are away.' }],
    });
    expect(await take(events, 2)).toMatchObject([expected(1), expected(2)]);
  });

  it('gives the error of one entity to the events that name it, and the others their data, in order', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    test.users.change((state) => {
      state.isHeld = true;
      state.missing = 'u2';
    });
    const events = client.iterate({ query: 'subscription { posted { seq author { name } } }' });
    test.feed.post('one');
    const first = events.next();
    await test.users.until(({ asked }) => asked.length === 1);
    test.feed.post('more', 300);
    const echo = client.iterate({ query: 'subscription { heard(afterSeq: 300) { seq } }' });
    await take(echo, 1);
    test.users.change((state) => {
      state.isHeld = false;
    });
    await first;
    const rest = await take(events, 300);
    expect(rest).toEqual(
      Array.from({ length: 300 }, (_, index) => {
        const seq = index + 2;
        if (seq % 3 !== 2) return { data: { posted: { seq, author: { name: `name of u${seq % 3}` } } } };
        return {
          data: { posted: { seq, author: { name: null } } },
          errors: [expect.objectContaining({ message: 'There is no u2.', path: ['posted', 'author'] })],
        };
      }),
    );
    expect(test.users.state.asked.length).toBeLessThan(10);
  });

  it('runs queries and mutations on the same connection', async () => {
    await using test = await startFeed();
    await using client = connect(test.socketUrl);
    expect(await take(client.iterate({ query: '{ ready }' }), 2)).toEqual([{ data: { ready: null } }]);
  });
});
