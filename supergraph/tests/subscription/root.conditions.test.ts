import { startRawGraph } from '../support/raw.subgraph.ts';
import { FEDERATION } from '../support/test.graph.ts';

const REFUSED = {
  message: '@skip and @include may not be used at the root of a subscription.',
  extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
};

describe('conditions at the root of a subscription', () => {
  it.each([
    'subscription($s: Boolean!) { quiet @skip(if: $s) }',
    'subscription($s: Boolean!) { quiet @include(if: $s) }',
    'subscription($s: Boolean!) { ... @skip(if: $s) { quiet } }',
    'subscription($s: Boolean!) { ...F } fragment F on Subscription { ...G } fragment G on Subscription { quiet @skip(if: $s) }',
    'subscription($s: Boolean!) { quiet loud @skip(if: $s) }',
    'subscription { quiet @skip(if: false) }',
  ])('are refused for what they are: %s', async (query) => {
    await using graph = await startFeedOfNumbers();
    const answer = await graph.post(JSON.stringify({ query, variables: { s: true } }), { accept: 'text/event-stream' });
    expect(readEvents(answer)).toEqual([{ errors: [expect.objectContaining(REFUSED)] }]);
  });

  it('are allowed below it, and in other operations of the document', async () => {
    await using graph = await startFeedOfNumbers();
    const query =
      'query Q($s: Boolean!) { hi @skip(if: $s) } subscription S($s: Boolean!) { deep { a b @skip(if: $s) } }';
    const body = JSON.stringify({ query, operationName: 'S', variables: { s: true } });
    const answer = await graph.post(body, { accept: 'text/event-stream' });
    expect(readEvents(answer)).toEqual([{ data: { deep: { a: 1 } } }]);
  });

  it('do not stand in for the rule that there is one field', async () => {
    await using graph = await startFeedOfNumbers();
    const answer = await graph.post('{"query":"subscription { quiet loud }"}', { accept: 'text/event-stream' });
    expect(answer).toContain('must select only one top level field');
  });
});

function startFeedOfNumbers() {
  return startRawGraph({
    feed: {
      sdl: `${FEDERATION} type Query { hi: String } type Subscription { quiet: Int loud: Int deep: Deep } type Deep { a: Int b: Int }`,
      answer: () => '{"data":{"hi":"hi"}}',
      events: ['{"data":{"deep":{"a":1}}}'],
    },
  });
}

function readEvents(text: string): unknown[] {
  return [...text.matchAll(/^data: ?(\{.*\})$/gm)].map(([, json]) => JSON.parse(json ?? ''));
}
