import { NotFoundError } from '@vibecode/platform/errors';
import { isUuid } from '@vibecode/platform/id';
import { isSelfOrAdmin, requireViewer } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import { Arg, Ctx, Field, FieldResolver, ID, InputType, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { UserContext } from './context.ts';
import { Role, User } from './user.entity.ts';

@InputType()
export class UpdateProfileInput {
  @Field(() => String, { nullable: true })
  displayName?: string | null;

  @Field(() => String, { nullable: true })
  bio?: string | null;

  @Field(() => String, { nullable: true })
  avatarUrl?: string | null;
}

@Resolver(() => User)
export class UserResolver {
  @Query(() => User)
  async me(@Ctx() { viewer, users }: UserContext): Promise<User> {
    const { userId } = requireViewer(viewer);
    const user = await users.load(userId);
    if (!user) throw new NotFoundError('user', userId);
    return user;
  }

  @Query(() => User, { nullable: true })
  async user(@Arg('id', () => ID) id: string, @Ctx() { viewer, users }: UserContext): Promise<User> {
    requireViewer(viewer);
    const user = isUuid(id) ? await users.load(id) : null;
    if (!user) throw new NotFoundError('user', id);
    return user;
  }

  @Mutation(() => User)
  updateProfile(
    @Arg('input', () => UpdateProfileInput) input: UpdateProfileInput,
    @Ctx() { viewer, em, service }: UserContext,
  ): Promise<User> {
    return service.updateProfile(em, requireScope(viewer, 'account'), input);
  }

  @FieldResolver(() => String, { nullable: true })
  email(@Root() user: User, @Ctx() { viewer }: UserContext): string | null {
    return isSelfOrAdmin(viewer, user.id) ? user.email : null;
  }

  @FieldResolver(() => Role, { nullable: true })
  role(@Root() user: User, @Ctx() { viewer }: UserContext): Role | null {
    return isSelfOrAdmin(viewer, user.id) ? user.role : null;
  }
}
