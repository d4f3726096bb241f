import type { MikroORM } from '@mikro-orm/postgresql';
import type { Logger } from '@vibecode/platform/log';
import type { BillingClient } from './billing.client.ts';
import type { EventWriter } from './event.writer.ts';
import type { Generation } from './generation.entity.ts';
import { type Lease, LeaseLostError, renewLease } from './generation.repository.ts';

/** Why a job stops before its end. */
export type StopReason = 'cancelled' | 'lease lost' | 'shutdown';

export class JobStopped extends Error {
  override readonly name = 'JobStopped';
  constructor(readonly reason: StopReason) {
    super(`The job was stopped: ${reason}.`);
  }
}

/** A lease is over this long after its last renewal: from then on the job counts as dead. */
export const LEASE_MS = 15_000;
const RENEW_INTERVAL_MS = 2_000;
/** Holds are renewed when they have less left than this. */
export const HOLD_MARGIN_MS = 30_000;

export interface LeaseKeeperOptions {
  readonly orm: MikroORM;
  readonly lease: Lease;
  readonly generation: Generation;
  readonly writer: EventWriter;
  readonly billing: BillingClient;
  readonly log: Logger;
  readonly stop: (reason: StopReason) => void;
  /** Default 2,000. */
  readonly intervalMs?: number;
}

/**
 * While a job runs: renews its lease, stores the events so far, hears of a cancellation that the broadcast missed, and renews the
 * hold at billing while there is time to try again.
 */
export function startLeaseKeeper(options: LeaseKeeperOptions): AsyncDisposable {
  const { orm, lease, generation, writer, billing, log, stop, intervalMs = RENEW_INTERVAL_MS } = options;
  let holdExpiresAt = generation.holdExpiresAt.getTime();

  async function renew(): Promise<void> {
    const events = writer.takeUnpersisted();
    try {
      const { cancelRequested } = await renewLease(orm.em.fork(), lease, LEASE_MS, events);
      if (cancelRequested) stop('cancelled');
    } catch (error) {
      writer.restoreUnpersisted(events);
      if (error instanceof LeaseLostError) stop('lease lost');
      else log.warn({ action: 'generation.lease-not-renewed', generationId: lease.generationId, error });
    }
    if (holdExpiresAt - Date.now() > HOLD_MARGIN_MS) return;
    try {
      const hold = await billing.renewHold(generation.userId, generation.id);
      holdExpiresAt = hold.expiresAt.getTime();
    } catch (error) {
      log.warn({ action: 'generation.hold-not-renewed', generationId: lease.generationId, error });
    }
  }

  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing.then(renew);
  }, intervalMs);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await renewing;
    },
  };
}
