import { isUuid } from '@vibecode/platform/id';
import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import { NotificationResolver } from './notification.resolver.ts';
import { PreferenceResolver } from './preference.resolver.ts';
import { User, UserResolver } from './user.resolver.ts';

export const { schema, sdl } = buildSubgraphSchema({
  resolvers: [NotificationResolver, PreferenceResolver, UserResolver],
  orphanedTypes: [User],
  references: {
    User: ({ id }: User) => (isUuid(id) ? { id } : null),
  },
});
