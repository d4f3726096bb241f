import type { EntityManager } from '@mikro-orm/postgresql';
import type { AfterCommit, EventHandlers } from '@vibecode/platform/events/inbox';
import { newId } from '@vibecode/platform/id';
import { toLaterId } from './later.id.ts';
import { messages } from './message.ts';
import { type Message, Notification } from './notification.entity.ts';
import type { NotificationFeed } from './notification.feed.ts';
import { findLastId, lockNotifications } from './notification.repository.ts';
import { Channel } from './preference.entity.ts';
import { isEnabled } from './preference.service.ts';
import type { NotificationTopic } from './topic.ts';

/** Creates notifications from events, as the users' preferences allow. */
export function createNotificationEventHandlers(feed: NotificationFeed, clock: () => Date): EventHandlers {
  async function notify(
    topic: NotificationTopic,
    userId: string,
    message: Message,
    em: EntityManager,
    afterCommit: AfterCommit,
  ): Promise<void> {
    if (!(await isEnabled(em, userId, topic, Channel.INBOX))) return;
    await lockNotifications(em, userId);
    const id = toLaterId(await findLastId(em, userId), newId());
    em.persist(Notification.of({ id, userId, topic, createdAt: clock(), ...message }));
    afterCommit(() => feed.announce(userId));
  }

  return {
    'user.registered': ({ data }, em, afterCommit) =>
      notify('user.registered', data.userId, messages['user.registered'](data), em, afterCommit),
    'generation.complete': ({ data }, em, afterCommit) =>
      notify('generation.complete', data.userId, messages['generation.complete'](data), em, afterCommit),
    'user.quota.exceeded': ({ data }, em, afterCommit) =>
      notify('user.quota.exceeded', data.userId, messages['user.quota.exceeded'](data), em, afterCommit),
    'execution.complete': ({ data }, em, afterCommit) =>
      notify('execution.complete', data.userId, messages['execution.complete'](data), em, afterCommit),
  };
}
