import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import { ApiKeyResolver } from './api-key.resolver.ts';
import { SessionResolver } from './session.resolver.ts';
import { SignInResolver } from './sign-in.resolver.ts';

/** The federated schema of auth. */
export const { schema, sdl } = buildSubgraphSchema({ resolvers: [SignInResolver, SessionResolver, ApiKeyResolver] });
