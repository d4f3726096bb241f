import { isUuid } from '@vibecode/platform/id';
import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import type { UserContext } from './context.ts';
import { UserResolver } from './user.resolver.ts';

export const { schema, sdl } = buildSubgraphSchema({
  resolvers: [UserResolver],
  references: {
    User: ({ id }: { id: string }, { users }: UserContext) => (isUuid(id) ? users.load(id) : null),
  },
  tags: { partner: ['Query.me', 'User.id', 'User.displayName'] },
});
