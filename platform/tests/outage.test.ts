import { Outage } from '../src/outage.ts';
import { collectLog } from './events/event.fixture.ts';

it('logs the first failure and the first success after it, however many follow', () => {
  const { log, lines } = collectLog();
  const outage = new Outage({
    log,
    begins: { action: 'store.away', message: 'The store is away; answers are not kept.' },
    ends: { action: 'store.back', message: 'The store is back.' },
    fields: { purpose: 'answers' },
  });
  outage.succeed();
  expect(lines.values).toEqual([]);
  for (const cause of ['first', 'second']) {
    outage.fail(new Error(cause));
    outage.fail(new Error('again'));
    expect(outage.isOn).toBe(true);
    outage.succeed();
    outage.succeed();
    expect(outage.isOn).toBe(false);
  }
  const back = { level: 'INFO', action: 'store.back', purpose: 'answers', message: 'The store is back.' };
  const away = { level: 'WARN', action: 'store.away', message: 'The store is away; answers are not kept.' };
  expect(lines.values).toMatchObject([
    { ...away, error: { message: 'first' } },
    back,
    { ...away, error: { message: 'second' } },
    back,
  ]);
});

it('logs one that is expected as information, with the reason in words', () => {
  const { log, lines } = collectLog();
  const outage = new Outage({
    log,
    begins: { action: 'store.away' },
    ends: { action: 'store.back' },
    isExpected: true,
  });
  outage.fail(new Error('nobody listens'));
  outage.fail(new Error('again'));
  expect(lines.values).toMatchObject([{ level: 'INFO', action: 'store.away', reason: 'Error: nobody listens' }]);
  expect(lines.values[0]).not.toHaveProperty('error');
});
