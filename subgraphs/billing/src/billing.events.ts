import type { EntityManager } from '@mikro-orm/postgresql';
import type { EventHandlers } from '@vibecode/platform/events/inbox';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { EventData } from '@vibecode/schema/events/topics';
import { getPrice, lockAccount, lockHold } from './account.repository.ts';
import { Usage } from './usage.entity.ts';
import { insertUsage } from './usage.repository.ts';

/** Billing's handlers of other services' events. */
export function createBillingEventHandlers(clock: () => Date): EventHandlers {
  return {
    'generation.complete': (event, em) => settle(event, em, clock()),
  };
}

/**
 * Enters a finished generation in the ledger once, charges its account and closes its hold. It does so even if the hold has
 * expired. A hold that is requested later is refused, because the generation is in the ledger.
 */
async function settle(
  { time, data }: Envelope<EventData<'generation.complete'>>,
  em: EntityManager,
  now: Date,
): Promise<void> {
  const account = await lockAccount(em, data.userId, now);
  const usage = Usage.of(data, await getPrice(em, data.provider, data.model), new Date(time));
  if (!(await insertUsage(em, usage))) return;
  account.charge(usage.countedTokens, usage.costMicros);
  const hold = await lockHold(em, data.userId, data.generationId);
  if (hold && hold.status !== 'RELEASED') hold.close('SETTLED', now);
}
