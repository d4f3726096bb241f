import { createHeartbeat } from '../../src/events/kafka.heartbeat.ts';
import { collectLog } from './event.fixture.ts';

async function beatThrough(answers: readonly (Error | null)[]) {
  const { log, lines } = collectLog();
  const waiting = answers.values();
  const beat = createHeartbeat({
    heartbeat: async () => {
      const error = waiting.next().value;
      if (error) throw error;
    },
    log,
    topic: 'user.registered',
    partition: 3,
  });
  for (const _ of answers) await beat();
  return lines.values;
}

describe('the heartbeat of a consumer', () => {
  const failure = Object.assign(new Error('The coordinator is not aware of this member'), {
    type: 'UNKNOWN_MEMBER_ID',
  });

  it('says once that the broker does not get it, and that it does again', async () => {
    expect(await beatThrough([null, failure, failure, null, null])).toMatchObject([
      {
        level: 'WARN',
        action: 'bus.heartbeat-failed',
        topic: 'user.registered',
        partition: 3,
        message: expect.stringContaining('handle its events again'),
        error: { message: failure.message },
      },
      { level: 'INFO', action: 'bus.heartbeat-back', topic: 'user.registered', partition: 3 },
    ]);
  });

  it('says nothing of a rebalance', async () => {
    const rebalance = Object.assign(new Error('The group is rebalancing'), { type: 'REBALANCE_IN_PROGRESS' });
    expect(await beatThrough([rebalance, rebalance, null])).toEqual([]);
  });
});
