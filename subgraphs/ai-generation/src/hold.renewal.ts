import type { MikroORM } from '@mikro-orm/postgresql';
import { startInterval } from '@vibecode/platform/interval';
import type { Logger } from '@vibecode/platform/log';
import { type BillingClient, MAX_RENEWED_HOLDS } from './billing.client.ts';
import type { Generation } from './generation.entity.ts';
import { storeHoldExpiry, takeExpiringHolds } from './generation.repository.ts';

/** Holds are renewed when they have less left than this. */
const HOLD_MARGIN_MS = 30_000;
const RENEW_INTERVAL_MS = 5_000;
/** Read at once of those that wait. */
const PAGE_HOLDS = 2_000;
const CONCURRENT_CALLS = 8;

export interface HoldRenewalOptions {
  readonly orm: MikroORM;
  readonly billing: BillingClient;
  readonly log: Logger;
  /** Default 5,000. */
  readonly everyMs?: number;
}

/** Renews the holds of all that wait, many of a user by one call. One that is lost is placed again when its turn comes. */
export function startHoldRenewal({
  orm,
  billing,
  log,
  everyMs = RENEW_INTERVAL_MS,
}: HoldRenewalOptions): AsyncDisposable {
  async function renewPage(): Promise<number> {
    const page = { marginMs: HOLD_MARGIN_MS, retryMs: everyMs, limit: PAGE_HOLDS };
    const expiring = await takeExpiringHolds(orm.em.fork(), page);
    const calls = [...Map.groupBy(expiring, ({ userId }) => userId)].flatMap(([userId, holds]) =>
      toChunks(holds, MAX_RENEWED_HOLDS).map((chunk) => ({ userId, ids: chunk.map(({ id }) => id) })),
    );
    const work = async () => {
      for (let call = calls.pop(); call; call = calls.pop()) {
        try {
          const holds = await billing.renewHolds(call.userId, call.ids);
          await storeHoldExpiry(
            orm.em.fork(),
            holds.flatMap(({ generationId, expiresAt }) => (expiresAt ? [{ generationId, expiresAt }] : [])),
          );
        } catch (error) {
          log.warn({ action: 'holds.not-renewed', userId: call.userId, error }, 'they are renewed in the next round');
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_CALLS }, work));
    return expiring.length;
  }
  const work = async () => {
    while ((await renewPage()) === PAGE_HOLDS);
  };
  return startInterval('holds.renew', everyMs, work, log);
}

/** Renews the hold of one that runs, while there is time to try again. */
export function keepHold(
  { billing, log, everyMs = RENEW_INTERVAL_MS }: Omit<HoldRenewalOptions, 'orm'>,
  { id, userId, holdExpiresAt }: Generation,
): AsyncDisposable {
  let expiresAt = holdExpiresAt;
  const work = async () => {
    if (expiresAt.getTime() - Date.now() > HOLD_MARGIN_MS) return;
    try {
      ({ expiresAt } = await billing.renewHold(userId, id));
    } catch (error) {
      log.warn({ action: 'generation.hold-not-renewed', generationId: id, error });
    }
  };
  return startInterval('generation.hold', everyMs, work, log);
}

/** Whether a hold may be lost: its generation waited, or no server ran. */
export function isHoldDoubtful({ createdAt }: Generation): boolean {
  return Date.now() - createdAt.getTime() >= RENEW_INTERVAL_MS;
}

function toChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
