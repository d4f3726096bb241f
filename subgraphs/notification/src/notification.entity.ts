import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, GraphQLISODateTime, ID, ObjectType } from 'type-graphql';
import type { NotificationTopic } from './topic.ts';

/** What a notification says, and what it is about. */
export interface Message {
  readonly title: string;
  readonly body: string;
  readonly generationId: string | null;
}

/** Something a user should hear of. Ids of one user's notifications grow in the order in which they become visible. */
@ObjectType()
@Entity({ tableName: 'notification' })
export class Notification {
  @Field(() => ID)
  @PrimaryKey({ type: 'uuid' })
  id: string;

  @Property({ type: 'uuid' })
  userId: string;

  /** The topic of the event behind it. */
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

  /** Null: not read yet. */
  @Field(() => GraphQLISODateTime, { nullable: true })
  @Property({ type: 'datetime', nullable: true })
  readAt: Date | null;

  static of(input: { id: string; userId: string; topic: NotificationTopic; createdAt: Date } & Message): Notification {
    return Object.assign(new Notification(), { ...input, readAt: null });
  }
}
