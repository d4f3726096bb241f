import { hasScope } from '@vibecode/platform/scope';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import DataLoader from 'dataloader';
import type { ChangesetService } from './changeset.service.ts';
import type { FileTree } from './file.tree.ts';
import type { Project } from './project.entity.ts';
import type { ProjectService, ProjectStores } from './project.service.ts';
import type { ProjectNews } from './project.watch.ts';
import type { Version } from './version.entity.ts';
import { isPartOf } from './version.repository.ts';

/** The services of the process. */
export interface ProjectServices {
  readonly stores: ProjectStores;
  readonly projectService: ProjectService;
  readonly changesetService: ChangesetService;
  watch(
    viewer: OperationContext['viewer'],
    options: { projectId: string; afterVersion: number | null; signal: AbortSignal },
  ): Promise<AsyncIterableIterator<ProjectNews>>;
}

/** Batched reads of one operation. Objects that the viewer may not see are missing. */
interface ProjectLoaders {
  readonly projects: DataLoader<string, Project | null>;
  readonly versions: DataLoader<string, Version | null>;
  /** The files of a version, by the id of a version that was loaded before. */
  readonly trees: DataLoader<string, FileTree>;
  /** By `toBlobId`. */
  readonly blobs: DataLoader<string, Buffer | null>;
}

export interface ProjectContext extends OperationContext, ProjectServices {
  readonly loaders: ProjectLoaders;
}

/** Most contents in one read; each has up to a mebibyte. */
const MAX_BLOBS = 20;
/** Most versions in one read of file trees; each may have thousands of files. */
const MAX_TREES = 20;

export function createProjectContext(services: ProjectServices, operation: OperationContext): ProjectContext {
  return { ...operation, ...services, loaders: createLoaders(services, operation) };
}

function createLoaders({ stores }: ProjectServices, { viewer }: Pick<OperationContext, 'viewer'>): ProjectLoaders {
  const reader = viewer && hasScope(viewer, 'project:read') ? viewer : null;
  const projects = new DataLoader((ids: readonly string[]) => stores.projects.findVisible(reader, ids));
  return {
    projects,
    versions: new DataLoader(async (ids: readonly string[]) => {
      const found = await stores.versions.findByIds(ids);
      return Promise.all(
        ids.map(async (id) => {
          const version = found.get(id);
          const project = version ? await projects.load(version.projectId) : null;
          return version && project && isPartOf(project, version) ? version : null;
        }),
      );
    }),
    trees: new DataLoader(
      async (ids: readonly string[]) => {
        const found = await stores.versions.findTrees(ids);
        return ids.map((id) => found.get(id) ?? new Error(`The files of version ${id} are missing.`));
      },
      { maxBatchSize: MAX_TREES },
    ),
    blobs: new DataLoader((ids: readonly string[]) => stores.blobs.find(ids), { maxBatchSize: MAX_BLOBS }),
  };
}
