import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { NotificationTopic } from './topic.ts';

export enum Channel {
  INBOX = 'INBOX',
  EMAIL = 'EMAIL',
  WEBHOOK = 'WEBHOOK',
}
registerEnumType(Channel, { name: 'Channel', description: 'A way in which notifications reach their user.' });

/** Whether a user receives notifications of a topic by a channel. */
@ObjectType()
@Entity({ tableName: 'preference' })
export class Preference {
  @PrimaryKey({ type: 'uuid' })
  userId: string;

  @Field(() => String)
  @PrimaryKey({ type: 'text' })
  topic: NotificationTopic;

  @Field(() => Channel)
  @PrimaryKey({ type: 'text' })
  channel: Channel;

  @Field(() => Boolean)
  @Property({ type: 'boolean' })
  enabled: boolean;

  static of(userId: string, topic: NotificationTopic, channel: Channel, enabled: boolean): Preference {
    return Object.assign(new Preference(), { userId, topic, channel, enabled });
  }
}
