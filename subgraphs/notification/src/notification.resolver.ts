import { requireScope } from '@vibecode/platform/scope';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Resolver, Root, Subscription } from 'type-graphql';
import type { NotificationContext } from './context.ts';
import { Generation } from './generation.type.ts';
import { followInput, markReadInput } from './input.ts';
import { Notification } from './notification.entity.ts';
import { markRead } from './notification.repository.ts';

@Resolver(() => Notification)
export class NotificationResolver {
  @FieldResolver(() => Generation, { nullable: true })
  generation(@Root() { generationId }: Notification): Generation | null {
    return generationId === null ? null : { id: generationId };
  }

  /** Marks the viewer's notifications as read. Returns the number of ids that were unread notifications of the viewer. */
  @Mutation(() => Int)
  markRead(@Arg('ids', () => [ID]) ids: string[], @Ctx() { viewer, em }: NotificationContext): Promise<number> {
    return markRead(em, requireScope(viewer, 'account').userId, parseInput(markReadInput, { ids }).ids, new Date());
  }

  /** With `after`, the id of the last seen notification, later ones are sent first; without it, only new ones are sent. */
  @Subscription(() => Notification, {
    subscribe: ({ args, context }: { args: { after?: string | null }; context: NotificationContext }) =>
      context.feed.follow(
        requireScope(context.viewer, 'notification:read').userId,
        parseInput(followInput, { after: args.after }).after,
        context.signal,
      ),
  })
  @Directive('@resumable(cursor: "id", argument: "after")')
  notificationReceived(
    @Root() notification: Notification,
    @Arg('after', () => ID, { nullable: true }) _after: string | null,
  ): Notification {
    return notification;
  }
}
