import type { Topic } from '@vibecode/schema/events/topics';

/** The events with notifications, and whether they are on by default. */
export const notificationTopics = {
  'user.registered': { enabledByDefault: true },
  'generation.complete': { enabledByDefault: true },
  'user.quota.exceeded': { enabledByDefault: true },
  // A user who runs a program usually watches it.
  'execution.complete': { enabledByDefault: false },
} as const satisfies { readonly [T in Topic]?: { readonly enabledByDefault: boolean } };

export type NotificationTopic = keyof typeof notificationTopics;

export const notificationTopicNames = Object.keys(notificationTopics) as NotificationTopic[];
