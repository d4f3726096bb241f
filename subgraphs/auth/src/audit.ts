import { createEvent } from '@vibecode/platform/events/event';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Client } from './session.entity.ts';

/** Who did what to which account: an `audit.log` event that leaves by the outbox. */
export function createAuditEvent(input: {
  accountId: string;
  /** Null when it is not known who acted, as at a failed sign-in. */
  actorId: string | null;
  action: string;
  target: string;
  client: Client;
}): Envelope {
  const { accountId, actorId, action, target, client } = input;
  return createEvent('audit.log', {
    source: 'auth',
    subject: target,
    key: accountId,
    data: { actorId, action, target, ip: client.ip, userAgent: client.userAgent },
  });
}
