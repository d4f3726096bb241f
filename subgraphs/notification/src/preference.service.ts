import type { EntityManager } from '@mikro-orm/postgresql';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { z } from 'zod';
import { ChannelUnavailableError } from './errors.ts';
import { Channel, Preference } from './preference.entity.ts';
import { type NotificationTopic, notificationTopicNames, notificationTopics } from './topic.ts';

/** The available channels. */
const CHANNELS: readonly Channel[] = [Channel.INBOX];

const preferencesInput = z.object({
  input: z
    .array(
      z.object({
        topic: z.enum(notificationTopicNames as [NotificationTopic, ...NotificationTopic[]], {
          error: `expected one of ${notificationTopicNames.join(', ')}`,
        }),
        channel: z.enum(Channel),
        enabled: z.boolean(),
      }),
    )
    .min(1, 'expected at least one preference')
    .max(100, 'expected at most 100 preferences'),
});

/** Whether the user receives notifications of a topic by a channel. */
export async function isEnabled(
  em: EntityManager,
  userId: string,
  topic: NotificationTopic,
  channel: Channel,
): Promise<boolean> {
  const preference = await em.findOne(Preference, { userId, topic, channel });
  return preference?.enabled ?? notificationTopics[topic].enabledByDefault;
}

/** The preferences for every topic and available channel: the user's choice, or the default. */
export async function getPreferences(em: EntityManager, userId: string): Promise<Preference[]> {
  const chosen = await em.find(Preference, { userId });
  return notificationTopicNames.flatMap((topic) =>
    CHANNELS.map(
      (channel) =>
        chosen.find((preference) => preference.topic === topic && preference.channel === channel) ??
        Preference.of(userId, topic, channel, notificationTopics[topic].enabledByDefault),
    ),
  );
}

/**
 * Sets all given preferences or none. Of two for the same topic and channel, the later one applies.
 *
 * @throws InvalidInputError, ChannelUnavailableError
 */
export async function setPreferences(em: EntityManager, userId: string, given: unknown): Promise<Preference[]> {
  const { input } = parseInput(preferencesInput, { input: given });
  const byKey = new Map<string, Preference>();
  for (const { topic, channel, enabled } of input) {
    if (!CHANNELS.includes(channel)) throw new ChannelUnavailableError(channel, CHANNELS);
    byKey.set(`${topic} ${channel}`, Preference.of(userId, topic, channel, enabled));
  }
  await em.upsertMany(Preference, [...byKey.values()], { onConflictFields: ['userId', 'topic', 'channel'] });
  return getPreferences(em.fork(), userId);
}
