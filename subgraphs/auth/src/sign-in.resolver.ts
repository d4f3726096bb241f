import { Arg, Ctx, Field, GraphQLISODateTime, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import { type AuthContext, requirePerson } from './context.ts';
import { InvalidRefreshTokenError } from './errors.ts';
import { changePasswordInput, loginInput, parseArgument, refreshTokenInput, registerInput } from './input.ts';
import type { SessionCookies } from './session.cookies.ts';
import type { SignIn } from './session.service.ts';
import { UserReference } from './user.reference.ts';

@InputType()
export class RegisterInput {
  @Field(() => String)
  email: string;

  @Field(() => String, { description: 'At least 10 characters.' })
  password: string;

  @Field(() => String, { description: 'At most 80 characters.' })
  displayName: string;
}

@InputType()
export class LoginInput {
  @Field(() => String)
  email: string;

  @Field(() => String)
  password: string;
}

@InputType()
export class ChangePasswordInput {
  @Field(() => String)
  currentPassword: string;

  @Field(() => String, { description: 'At least 10 characters.' })
  newPassword: string;
}

@ObjectType()
export class AuthPayload {
  @Field(() => String)
  accessToken: string;

  @Field(() => GraphQLISODateTime)
  accessTokenExpiresAt: Date;

  @Field(() => String, { description: 'Valid for one `refresh`, which returns the next one.' })
  refreshToken: string;

  @Field(() => UserReference, { nullable: true })
  user: UserReference | null;
}

@Resolver()
export class SignInResolver {
  @Mutation(() => AuthPayload)
  async register(
    @Arg('input', () => RegisterInput) input: RegisterInput,
    @Ctx() { services, client, cookies }: AuthContext,
  ): Promise<AuthPayload> {
    const registration = parseArgument(registerInput, 'input', input);
    return toPayload(await services.registrations.register(registration, client), cookies);
  }

  @Mutation(() => AuthPayload)
  async login(
    @Arg('input', () => LoginInput) input: LoginInput,
    @Ctx() { services, client, cookies }: AuthContext,
  ): Promise<AuthPayload> {
    return toPayload(await services.logins.login(parseArgument(loginInput, 'input', input), client), cookies);
  }

  @Mutation(() => AuthPayload, {
    description:
      'The next access and refresh tokens of a session. Without an argument, the refresh token is taken from its cookie. ' +
      'A refresh token used twice ends its session.',
  })
  async refresh(
    @Arg('refreshToken', () => String, { nullable: true }) refreshToken: string | undefined,
    @Ctx() { services, client, cookies }: AuthContext,
  ): Promise<AuthPayload> {
    const token = refreshToken || cookies.refreshToken;
    if (!token) throw new InvalidRefreshTokenError('missing');
    return toPayload(
      await services.sessions.refresh(parseArgument(refreshTokenInput, 'refreshToken', token), client),
      cookies,
    );
  }

  @Mutation(() => AuthPayload, { description: 'Ends every session of the account and opens a new one.' })
  async changePassword(
    @Arg('input', () => ChangePasswordInput) input: ChangePasswordInput,
    @Ctx() { services, client, viewer, cookies }: AuthContext,
  ): Promise<AuthPayload> {
    const { userId } = requirePerson(viewer);
    const change = parseArgument(changePasswordInput, 'input', input);
    return toPayload(await services.logins.changePassword(userId, change, client), cookies);
  }
}

function toPayload(signIn: SignIn, cookies: SessionCookies): AuthPayload {
  cookies.set(signIn);
  const { userId, accessToken, accessTokenExpiresAt, refreshToken } = signIn;
  return { accessToken, accessTokenExpiresAt, refreshToken, user: { id: userId } };
}
