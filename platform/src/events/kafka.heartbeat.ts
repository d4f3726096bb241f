import type { Logger } from '../log.ts';
import { Outage } from '../outage.ts';

export interface HeartbeatOptions {
  /** Tells the broker that this consumer lives. Rejects when the broker could not be told, or no longer counts it. */
  readonly heartbeat: () => Promise<void>;
  readonly log: Logger;
  readonly topic: string;
  readonly partition: number;
}

/**
 * A heartbeat that never rejects, for the time that handlers take. A group that rebalances is not logged: this consumer
 * joins it again once its handlers have ended.
 */
export function createHeartbeat({ heartbeat, log, topic, partition }: HeartbeatOptions): () => Promise<void> {
  const outage = new Outage({
    log,
    begins: {
      action: 'bus.heartbeat-failed',
      message:
        'The broker gets no heartbeats of this consumer. Another instance may take over the partition and handle its events again.',
    },
    ends: { action: 'bus.heartbeat-back', message: 'The broker gets heartbeats of this consumer again.' },
    fields: { topic, partition },
  });
  return async () => {
    try {
      await heartbeat();
      outage.succeed();
    } catch (error) {
      if ((error as { type?: string }).type !== 'REBALANCE_IN_PROGRESS') outage.fail(error);
    }
  };
}
