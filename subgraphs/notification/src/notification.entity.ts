import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, GraphQLISODateTime, ID, ObjectType } from 'type-graphql';
import type { NotificationTopic } from './topic.ts';

/** The text of a notification, and its subject. */
export interface Message {
  readonly title: string;
  readonly body: string;
  readonly generationId: string | null;
}

/** A notification for a user. The ids of one user's notifications grow in the order in which they become visible. */
@ObjectType()
@Entity({ tableName: 'notification' })
export class Notification {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string;

  @Property({ type: 'uuid' })
  userId: string;

  /** The topic of its event. */
  @Field(() => String)
  @Property({ type: 'text' })
  topic: NotificationTopic;

  @Field(() => String)
  @Property({ type: 'text' })
  title: string;

  @Field(() => String)
  @Property({ type: 'text' })
  body: string;

  @Property({ type: 'uuid', nullable: true })
  generationId: string | null;

  @Field(() => GraphQLISODateTime)
  @Property({ type: 'datetime' })
  createdAt: Date;

  /** Null if it is unread. */
  @Field(() => GraphQLISODateTime, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  readAt: Date | null;

  static of(input: { id: string; userId: string; topic: NotificationTopic; createdAt: Date } & Message): Notification {
    return Object.assign(new Notification(), { ...input, readAt: null });
  }
}
