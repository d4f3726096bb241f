import { apiKeyScopes } from '@vibecode/platform/scope';
import {
  Arg,
  Ctx,
  Field,
  GraphQLISODateTime,
  ID,
  InputType,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
} from 'type-graphql';
import { ApiKey } from './api-key.entity.ts';
import { systemClock } from './clock.ts';
import { type AuthContext, requirePerson } from './context.ts';
import { idInput, parseArgument, toCreateApiKeyInput } from './input.ts';

@InputType()
export class CreateApiKeyInput {
  @Field(() => String, { description: 'At most 80 characters.' })
  name: string;

  @Field(() => [String], { description: `Any of ${apiKeyScopes.map((scope) => `\`${scope}\``).join(', ')}.` })
  scopes: string[];

  @Field(() => GraphQLISODateTime, { nullable: true })
  expiresAt?: Date | null;

  @Field(() => Int, { nullable: true })
  tokenBudget?: number | null;
}

@ObjectType()
export class NewApiKey {
  @Field(() => ApiKey)
  apiKey: ApiKey;

  @Field(() => String, { description: 'Shown only in this answer.' })
  secret: string;
}

@Resolver()
export class ApiKeyResolver {
  @Query(() => [ApiKey], { description: 'The keys of the viewer that are not revoked, the newest first.' })
  apiKeys(@Ctx() { services, viewer }: AuthContext): Promise<ApiKey[]> {
    return services.apiKeys.list(requirePerson(viewer).userId);
  }

  @Mutation(() => NewApiKey, { description: 'The secret is shown only in this answer.' })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput) input: CreateApiKeyInput,
    @Ctx() { services, viewer, client }: AuthContext,
  ): Promise<NewApiKey> {
    const { userId } = requirePerson(viewer);
    return services.apiKeys.create(userId, parseArgument(toCreateApiKeyInput(systemClock()), 'input', input), client);
  }

  @Mutation(() => Boolean, { description: 'Ends a key: it and its tokens are refused everywhere within a second.' })
  async revokeApiKey(
    @Arg('id', () => ID) id: string,
    @Ctx() { services, viewer, client }: AuthContext,
  ): Promise<boolean> {
    const { userId } = requirePerson(viewer);
    await services.apiKeys.revoke(userId, parseArgument(idInput, 'id', id), client);
    return true;
  }
}
