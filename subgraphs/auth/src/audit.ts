import { createEvent } from '@vibecode/platform/events/event';
import type { Envelope } from '@vibecode/schema/events/envelope';
import type { Client } from './session.entity.ts';

/** Creates an `audit.log` event for the outbox: who did what to which account. */
export function createAuditEvent(input: {
  accountId: string;
  /** Null if the actor is unknown, such as after a failed sign-in. */
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
