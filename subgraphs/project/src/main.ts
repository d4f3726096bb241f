import type { Infrastructure } from '@vibecode/platform/infrastructure';
import { runService } from '@vibecode/platform/service';
import { type RunningSubgraph, startSubgraph } from '@vibecode/platform/subgraph';
import { BlobRepository } from './blob.repository.ts';
import { ChangesetService } from './changeset.service.ts';
import { createProjectContext, type ProjectServices } from './context.ts';
import { parseProjectEnv, projectSettings } from './env.ts';
import { createInternalRoutes } from './internal.routes.ts';
import { createAnnouncer } from './project.announcer.ts';
import { startProjectRelay } from './project.relay.ts';
import { ProjectRepository } from './project.repository.ts';
import { ProjectService, type ProjectStores } from './project.service.ts';
import { startSweeper } from './project.sweeper.ts';
import { watchProject } from './project.watch.ts';
import { schema } from './schema.ts';
import { VersionRepository } from './version.repository.ts';

export async function startProject(infrastructure: Infrastructure): Promise<RunningSubgraph> {
  const { bus, broadcast, log, env } = infrastructure;
  const limits = parseProjectEnv(env);
  await using started = new AsyncDisposableStack();
  const documents = started.use(await infrastructure.documents());
  const stores: ProjectStores = {
    projects: new ProjectRepository(documents),
    versions: new VersionRepository(documents),
    blobs: new BlobRepository(documents),
  };
  for (const store of Object.values(stores)) await store.createIndexes();

  const relay = started.use(startProjectRelay({ stores, bus, log }));
  started.use(startSweeper(stores, log));
  const announcer = createAnnouncer(broadcast, () => relay.wake(), log);
  const projectService = new ProjectService(stores, announcer);
  const services: ProjectServices = {
    stores,
    projectService,
    changesetService: new ChangesetService(stores, projectService, announcer, limits),
    watch: (viewer, options) => watchProject({ stores, projects: projectService, broadcast }, viewer, options),
  };

  const subgraph = started.use(
    await startSubgraph({
      infrastructure,
      schema,
      context: (operation) => createProjectContext(services, operation),
      routes: createInternalRoutes(services),
      ready: { documents: () => stores.projects.findEvents(1) },
    }),
  );
  // Events that the previous run left unpublished are published now, not at the first change.
  relay.wake();
  const resources = started.move();
  return { ...subgraph, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

if (import.meta.main) await runService('project', startProject, projectSettings);
