import {
  type Connection,
  defineConnectionType,
  encodeCursor,
  toConnection,
  toPage,
} from '@vibecode/platform/connection';
import { isSelfOrAdmin } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { ProjectContext } from './context.ts';
import { Project } from './project.entity.ts';
import { searchInput } from './project.input.ts';
import { User } from './reference.entity.ts';

const ProjectConnection = defineConnectionType('Project', Project);

@Resolver(() => User)
export class UserResolver {
  @FieldResolver(() => ProjectConnection, {
    nullable: true,
    description:
      'Newest first. search is matched against names, case-insensitively. Null except for that user and admins.',
  })
  async projects(
    @Root() user: User,
    @Arg('first', () => Int, { defaultValue: 20, nullable: true }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Arg('search', () => String, { nullable: true }) search: string | null,
    @Ctx() { viewer, stores, loaders }: ProjectContext,
  ): Promise<Connection<Project> | null> {
    if (!isSelfOrAdmin(viewer, user.id)) return null;
    requireScope(viewer, 'project:read');
    const page = toPage(first, after);
    const { projects, totalCount } = await stores.projects.findByMember(user.id, {
      search: search ? parseInput(searchInput, search) : null,
      afterId: page.after?.[0] ?? null,
      limit: page.limit,
    });
    for (const project of projects) loaders.projects.prime(project.id, project);
    return toConnection(projects, page, totalCount, ({ id }) => encodeCursor(id));
  }
}
