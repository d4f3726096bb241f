import { newId } from '@vibecode/platform/id';
import { startSubgraphTest } from '@vibecode/platform/testing/subgraph';
import { startUser } from '../src/main.ts';

const profile = { email: 'ann@example.com', displayName: 'Ann' };

async function startWithAnn() {
  const test = await startSubgraphTest('user', startUser);
  const id = newId();
  const answer = await test.internal('auth', 'users', { id, ...profile }, id);
  expect(answer).toEqual({ status: 200, body: { id } });
  return { test, id, ann: await test.sign({ userId: id }) };
}

describe('user subgraph', () => {
  it('makes a user once, however often auth asks', async () => {
    const { test, id, ann } = await startWithAnn();
    await using _ = test;
    await test.internal('auth', 'users', { id, ...profile, displayName: 'Other' }, id);
    expect(await test.query('{ me { id displayName email role bio } }', {}, ann)).toEqual({
      data: { me: { id, displayName: 'Ann', email: 'ann@example.com', role: 'USER', bio: null } },
    });
  });

  it('lets only auth make users', async () => {
    await using test = await startSubgraphTest('user', startUser);
    const id = newId();
    expect(await test.internal('project', 'users', { id, ...profile }, id)).toMatchObject({
      status: 403,
      body: { error: { code: 'FORBIDDEN' } },
    });
  });

  it('shows e-mail and role to nobody else, by reference too', async () => {
    const { test, id } = await startWithAnn();
    await using _ = test;
    const bob = await test.sign({ userId: newId() });
    const reference = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { displayName email role } } }`;
    const variables = { r: [{ __typename: 'User', id }] };
    expect(await test.query(reference, variables, bob)).toEqual({
      data: { _entities: [{ displayName: 'Ann', email: null, role: null }] },
    });
    const admin = await test.sign({ userId: newId(), role: 'ADMIN' });
    expect(await test.query(reference, variables, admin)).toMatchObject({
      data: { _entities: [{ email: 'ann@example.com' }] },
    });
  });

  it('asks for a viewer, and tells missing users and bad ids alike', async () => {
    const { test, ann } = await startWithAnn();
    await using _ = test;
    expect(await test.query('{ me { id } }')).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    for (const id of [newId(), 'nonsense']) {
      expect(await test.query('query($id: ID!) { user(id: $id) { id } }', { id }, ann)).toMatchObject({
        data: { user: null },
        errors: [{ extensions: { code: 'NOT_FOUND' } }],
      });
    }
  });

  it('names the field of a profile that it refuses', async () => {
    const { test, ann } = await startWithAnn();
    await using _ = test;
    const mutation = 'mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { id } }';
    for (const [input, field] of [
      [{ displayName: '' }, 'displayName'],
      [{ displayName: null }, 'displayName'],
      [{ displayName: 'x'.repeat(81) }, 'displayName'],
      [{ displayName: 'a\u0000b' }, 'displayName'],
      [{ bio: 'x'.repeat(1001) }, 'bio'],
      [{ bio: 'a\u0000b' }, 'bio'],
      [{ bio: 'half a character: \ud800' }, 'bio'],
      [{ avatarUrl: 'https://example.com/\u0000' }, 'avatarUrl'],
      [{ avatarUrl: 'javascript:alert(1)' }, 'avatarUrl'],
    ] as const) {
      expect(await test.query(mutation, { input }, ann)).toMatchObject({
        errors: [{ extensions: { code: 'INVALID_INPUT', field } }],
      });
    }
  });

  it('changes what is given, clears what is null and leaves the rest', async () => {
    const { test, ann } = await startWithAnn();
    await using _ = test;
    const mutation = 'mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { displayName bio } }';
    await test.query(mutation, { input: { bio: 'Writes parsers.' } }, ann);
    expect(await test.query(mutation, { input: { displayName: ' Ann B. ' } }, ann)).toEqual({
      data: { updateProfile: { displayName: 'Ann B.', bio: 'Writes parsers.' } },
    });
    expect(await test.query(mutation, { input: { bio: null } }, ann)).toMatchObject({
      data: { updateProfile: { bio: null } },
    });
  });
});
