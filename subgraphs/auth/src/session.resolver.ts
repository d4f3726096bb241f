import { requireViewer } from '@vibecode/platform/identity';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  GraphQLISODateTime,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { type AuthContext, requirePerson } from './context.ts';
import { accessTokenInput, idInput, parseArgument } from './input.ts';
import { Session } from './session.entity.ts';

@ObjectType()
export class TokenStatus {
  @Field(() => Boolean)
  valid: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'Why it is not valid: `malformed`, `expired`, `signature`, `claim` or `revoked`.',
  })
  reason: string | null;

  @Field(() => ID, { nullable: true })
  userId: string | null;

  @Field(() => GraphQLISODateTime, { nullable: true })
  expiresAt: Date | null;

  @Field(() => [String])
  scopes: readonly string[];
}

@Resolver(() => Session)
export class SessionResolver {
  @Query(() => [Session], { description: 'The sessions of the viewer, the last used first.' })
  sessions(@Ctx() { services, viewer }: AuthContext): Promise<Session[]> {
    return services.sessions.list(requirePerson(viewer).userId);
  }

  @FieldResolver(() => Boolean, { description: 'Whether this request belongs to it.' })
  current(@Root() session: Session, @Ctx() { viewer }: AuthContext): boolean {
    return session.id === viewer?.sessionId;
  }

  @Query(() => TokenStatus)
  async validateToken(
    @Arg('token', () => String) token: string,
    @Ctx() { services, viewer }: AuthContext,
  ): Promise<TokenStatus> {
    requireViewer(viewer);
    return services.tokens.inspect(parseArgument(accessTokenInput, 'token', token));
  }

  @Mutation(() => Boolean, { description: 'Ends the session of this request.' })
  async logout(@Ctx() { services, viewer, client, cookies }: AuthContext): Promise<boolean> {
    const { userId, sessionId } = requirePerson(viewer);
    await services.sessions.revoke(userId, sessionId, client);
    cookies.clear();
    return true;
  }

  @Mutation(() => Boolean, { description: 'Ends a session: its tokens are refused everywhere within a second.' })
  async revokeSession(
    @Arg('id', () => ID) id: string,
    @Ctx() { services, viewer, client }: AuthContext,
  ): Promise<boolean> {
    const { userId } = requirePerson(viewer);
    await services.sessions.revoke(userId, parseArgument(idInput, 'id', id), client);
    return true;
  }
}
