import { requireScope } from '@vibecode/platform/scope';
import { Arg, Ctx, Field, InputType, Mutation, Query, Resolver } from 'type-graphql';
import type { NotificationContext } from './context.ts';
import { Channel, Preference } from './preference.entity.ts';
import { getPreferences, setPreferences } from './preference.service.ts';

@InputType()
export class PreferenceInput {
  @Field(() => String)
  topic: string;

  @Field(() => Channel)
  channel: Channel;

  @Field(() => Boolean)
  enabled: boolean;
}

@Resolver(() => Preference)
export class PreferenceResolver {
  /** The preferences for every topic and every available channel. */
  @Query(() => [Preference])
  preferences(@Ctx() { viewer, em }: NotificationContext): Promise<Preference[]> {
    return getPreferences(em, requireScope(viewer, 'notification:read').userId);
  }

  /** Changes the given preferences, and returns all. */
  @Mutation(() => [Preference])
  setPreferences(
    @Arg('input', () => [PreferenceInput]) input: PreferenceInput[],
    @Ctx() { viewer, em }: NotificationContext,
  ): Promise<Preference[]> {
    return setPreferences(em, requireScope(viewer, 'account').userId, input);
  }
}
