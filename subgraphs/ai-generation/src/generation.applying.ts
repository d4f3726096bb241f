import type { JobRun } from '@vibecode/platform/jobs/job.run';
import type { Logger } from '@vibecode/platform/log';
import type { Change } from './answer/answer.reduction.ts';
import type { GenerationJournal } from './generation.journal.ts';
import type { AppliedVersion } from './generation.outcome.ts';
import type { ProjectClient } from './project.client.ts';
import { applyReviewed, toLockedFailureOf } from './review.job.ts';

/**
 * Makes the changes a version of the project, once, whatever dies: the generation's id is the key, and that of a repair is its own.
 *
 * @returns null where nothing was applied, and the job is over
 */
export async function applyChanges(
  { projects, log }: { readonly projects: ProjectClient; readonly log: Logger },
  { journal, job }: { readonly journal: GenerationJournal; readonly job: JobRun },
  changes: readonly Change[],
): Promise<AppliedVersion | null> {
  const { generation, writer } = journal;
  const isReviewed = generation.reviewedAt !== null;
  const isRepair = generation.versionId !== null;
  const message = toMessage(generation.prompt);
  const changeset = {
    projectId: generation.projectId,
    generationId: generation.id,
    idempotencyKey: isRepair ? `${generation.id}:repair` : generation.id,
    message: isRepair ? `Repair: ${message}` : message,
    changes,
    model: generation.model,
    provider: generation.provider,
    promptSha256: generation.promptSha256 ?? '',
    templates: generation.templates,
    merge: isReviewed,
  };
  const apply = () => projects.applyChangeset(generation.userId, changeset);
  const version = isReviewed ? await applyReviewed({ journal, job, log }, apply) : await apply().catch(toLocked);
  if (version === null) return null;
  const edited = new Set(changes.flatMap(({ operation, path }) => (operation === 'EDIT' ? [path] : [])));
  for (const { path, bytes, sha256 } of version.files) {
    if (edited.has(path)) writer.write({ type: 'FileFinished', path, bytes, sha256 });
  }
  return { id: version.versionId, number: version.number, leftAlone: version.leftAlone };
}

function toLocked(error: unknown): never {
  throw toLockedFailureOf(error);
}

/** The first line of a prompt, as the version's message. */
function toMessage(prompt: string): string {
  const characters = [...(prompt.trim().split('\n')[0] ?? '')];
  return characters.length > 120 ? `${characters.slice(0, 119).join('')}…` : characters.join('');
}
