import { NotFoundError } from '@vibecode/platform/errors';
import type { ServiceName } from '@vibecode/platform/services';
import { defineInternalRoute, type HttpRoute } from '@vibecode/platform/subgraph/http-route';
import { z } from 'zod';
import { toBlobId } from './blob.repository.ts';
import type { ProjectServices } from './context.ts';
import { serviceChangesetInput } from './project.input.ts';

const CALLERS: readonly ServiceName[] = ['ai-generation', 'code-executor'];
const CONTENTS_AT_ONCE = 20;

/** The routes for services that act for a user. The user's rights apply. */
export function createInternalRoutes({ stores, projectService, changesetService }: ProjectServices): HttpRoute[] {
  return [
    defineInternalRoute({
      path: '/internal/projects/authorize',
      callers: CALLERS,
      input: z.object({ projectId: z.string(), need: z.enum(['VIEWER', 'EDITOR']) }),
      async handle({ projectId, need }, { viewer }) {
        const { project, role } = await projectService.authorize(viewer, projectId, need);
        const { ownerId, language, framework, headNumber } = project;
        return { projectId, ownerId, role, language, framework, headVersion: headNumber };
      },
    }),

    defineInternalRoute({
      path: '/internal/projects/changesets',
      callers: CALLERS,
      input: serviceChangesetInput,
      async handle(changeset, { viewer }) {
        const version = await changesetService.apply(viewer, { ...changeset, keepsLocks: true });
        const tree = await changesetService.getTree(version.id);
        const files = version.pathChanges.flatMap(({ path }) => {
          const file = tree.get(path);
          return file ? [{ path, sha256: file.sha256, bytes: file.bytes }] : [];
        });
        return { versionId: version.id, number: version.number, files, leftAlone: version.leftAlone };
      },
    }),

    defineInternalRoute({
      path: '/internal/projects/snapshot',
      callers: CALLERS,
      input: z.object({ projectId: z.string(), version: z.int().nonnegative().nullish() }),
      async handle({ projectId, version: wanted }, { viewer }) {
        const { project } = await projectService.authorize(viewer, projectId, 'VIEWER');
        const { ownerId, language, framework, headId, headNumber, lockedPaths } = project;
        const number = wanted ?? headNumber;
        const version = number === headNumber ? { id: headId } : await stores.versions.findByNumber(project, number);
        if (!version) throw new NotFoundError('version', String(number));
        const entries = (await changesetService.getTree(version.id)).entries();
        const files: { path: string; contentBase64: string }[] = [];
        for (let start = 0; start < entries.length; start += CONTENTS_AT_ONCE) {
          const batch = entries.slice(start, start + CONTENTS_AT_ONCE);
          const contents = await stores.blobs.find(batch.map(([, { sha256 }]) => toBlobId(projectId, sha256)));
          for (const [index, [path, { sha256 }]] of batch.entries()) {
            const content = contents[index];
            if (!content) throw new Error(`The content ${sha256} of project ${projectId} is missing.`);
            files.push({ path, contentBase64: content.toString('base64') });
          }
        }
        const found = { version: number, versionId: version.id, language, framework };
        return { projectId, ownerId, ...found, lockedPaths, files };
      },
    }),
  ];
}
