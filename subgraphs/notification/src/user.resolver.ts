import {
  type Connection,
  defineConnectionType,
  encodeCursor,
  toConnection,
  toPage,
} from '@vibecode/platform/connection';
import { Arg, Ctx, Directive, Field, FieldResolver, ID, Int, ObjectType, Resolver, Root } from 'type-graphql';
import type { NotificationContext } from './context.ts';
import { checkCursor } from './input.ts';
import { Notification } from './notification.entity.ts';

const NotificationConnection = defineConnectionType('Notification', Notification);

/** A reference to the user service's entity. */
@ObjectType()
@Directive('@key(fields: "id")')
export class User {
  @Field(() => ID)
  id: string;
}

@Resolver(() => User)
export class UserResolver {
  /** Newest first; null except for the user and admins. */
  @FieldResolver(() => NotificationConnection, { nullable: true })
  async notifications(
    @Root() user: User,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20 }) first: number | null,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('unreadOnly', () => Boolean, { nullable: true, defaultValue: false }) unreadOnly: boolean | null,
    @Ctx() { loaders }: NotificationContext,
  ): Promise<Connection<Notification> | null> {
    const page = checkCursor(toPage(first ?? 20, after));
    const found = await loaders.pages(page, unreadOnly ?? false).load(user.id);
    return found && toConnection(found.notifications, page, found.totalCount, ({ id }) => encodeCursor(id));
  }

  /** Null except for the user and admins. */
  @FieldResolver(() => Int, { nullable: true })
  unreadNotificationCount(@Root() user: User, @Ctx() { loaders }: NotificationContext): Promise<number | null> {
    return loaders.unreadCount.load(user.id);
  }
}
