import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { firstValueFrom, take, tap, toArray } from 'rxjs';
import { startFeed } from '../subscription/subscription.fixture.ts';

const createClient = (uri: string) =>
  new ApolloClient({ cache: new InMemoryCache(), link: ApolloLink.from([new HttpLink({ uri })]) });
const POSTED = gql`subscription { posted { seq text } }`;

describe("Apollo Client's HttpLink", () => {
  it('reads a subscription over multipart, heartbeats between, and stops it', async () => {
    await using test = await startFeed({ heartbeatMs: 5 });
    const client = createClient(test.url);
    const events = firstValueFrom(client.subscribe({ query: POSTED }).pipe(take(3), toArray()));
    await test.feed.until(({ open }) => open === 1);
    test.feed.post('hello', 2);
    test.feed.post('again');
    expect((await events).map(({ data }) => data)).toMatchObject([
      { posted: { seq: 1, text: 'hello' } },
      { posted: { seq: 2, text: 'hello' } },
      { posted: { seq: 3, text: 'again' } },
    ]);
    await test.feed.until(({ open }) => open === 0);
  });

  it('completes when the gateway stops', async () => {
    await using test = await startFeed();
    const first = Promise.withResolvers<void>();
    const events = createClient(test.url)
      .subscribe({ query: POSTED })
      .pipe(tap(() => first.resolve()));
    const completed = firstValueFrom(events.pipe(toArray()));
    test.feed.post('hello');
    await first.promise;
    await test.gateway[Symbol.asyncDispose]();
    expect((await completed).map(({ data }) => data)).toMatchObject([{ posted: { seq: 1 } }]);
  });

  it('reports what ends a stream as a protocol error, and errors of an event as its own', async () => {
    await using test = await startFeed();
    const client = createClient(test.url);
    const refused = client.subscribe({ query: gql`subscription { refused { seq } }`, errorPolicy: 'all' });
    expect((await firstValueFrom(refused)).error).toMatchObject({
      name: 'CombinedProtocolErrors',
      errors: [{ message: 'Not for you.' }],
    });
    test.users.change((state) => {
      state.isBroken = true;
    });
    test.feed.post('hello');
    const partial = client.subscribe({
      query: gql`subscription { posted { seq author { name } } }`,
      errorPolicy: 'all',
    });
    expect(await firstValueFrom(partial)).toMatchObject({
      data: { posted: { seq: 1, author: { name: null } } },
      error: { name: 'CombinedGraphQLErrors', errors: [{ message: 'The users are away.' }] },
    });
  });

  it('reports a subscription that is not valid', async () => {
    await using test = await startFeed();
    const invalid = createClient(test.url).subscribe({ query: gql`subscription { nope }`, errorPolicy: 'all' });
    expect((await firstValueFrom(invalid)).error).toMatchObject({ message: expect.stringContaining('nope') });
  });
});
