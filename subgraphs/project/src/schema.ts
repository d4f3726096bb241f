import { isUuid } from '@vibecode/platform/id';
import { buildSubgraphSchema } from '@vibecode/platform/subgraph-schema';
import type { ProjectContext } from './context.ts';
import { File, Folder } from './file.entity.ts';
import { FileResolver, ProjectFilesResolver } from './file.resolver.ts';
import { ProjectResolver } from './project.resolver.ts';
import { User } from './reference.entity.ts';
import { UserResolver } from './user.resolver.ts';
import { FileChangeResolver, ProjectVersionsResolver, VersionResolver } from './version.resolver.ts';

export const { schema, sdl } = buildSubgraphSchema({
  resolvers: [
    ProjectResolver,
    ProjectVersionsResolver,
    ProjectFilesResolver,
    VersionResolver,
    FileChangeResolver,
    FileResolver,
    UserResolver,
  ],
  orphanedTypes: [User, Folder, File],
  references: {
    Project: ({ id }: { id: string }, { loaders }: ProjectContext) => (isUuid(id) ? loaders.projects.load(id) : null),
    Version: ({ id }: { id: string }, { loaders }: ProjectContext) => (isUuid(id) ? loaders.versions.load(id) : null),
    User: ({ id }: { id: string }) => Object.assign(new User(), { id }),
  },
  tags: {
    partner: [
      'Query.project',
      'Mutation.createProject',
      'Mutation.updateProject',
      'Mutation.applyChangeset',
      'Mutation.restoreVersion',
      'Mutation.lockPaths',
      'Mutation.unlockPaths',
      'Subscription.projectChanged',
      'User.projects',
      'Project',
      'ProjectConnection',
      'ProjectEdge',
      'ProjectChange',
      'Version',
      'VersionConnection',
      'VersionEdge',
      'FileChange',
      'FileConnection',
      'FileEdge',
      'TreeEntry',
      'Folder',
      'File',
      'PageInfo',
    ],
  },
});
