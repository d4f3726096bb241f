import { openDatabase } from '@vibecode/platform/database';
import { newId } from '@vibecode/platform/id';
import { JobQueue } from '@vibecode/platform/jobs/job.queue';
import { database } from '../src/database.ts';
import { Generation } from '../src/generation.entity.ts';
import type { GenerationEventData } from '../src/generation.events.ts';
import type { GenerationFlow } from '../src/generation.flow.ts';
import { insertEvents } from '../src/generation.repository.ts';
import type { GenerationStatus } from '../src/generation.status.ts';
import type { GenerationStep } from '../src/step.entity.ts';
import { endStep, insertSteps, startStep } from '../src/step.repository.ts';

export interface LeftGeneration {
  readonly flow: GenerationFlow;
  readonly status: GenerationStatus;
  readonly maxRepairs?: number;
  readonly changed?: Partial<Generation>;
  readonly events: readonly GenerationEventData[];
  /** Those that were begun; a finished one has what it made. */
  readonly steps: readonly GenerationStep[];
}

/** Leaves a generation as a process does that was killed in the middle of its work. */
export async function leaveGeneration(url: string, left: LeftGeneration) {
  const orm = await openDatabase({ ...database, url });
  const [id, userId, projectId] = [newId(), newId(), newId()];
  const generation = Generation.queue(
    {
      ...{ id, userId, projectId, parentId: null, prompt: 'Print a greeting', language: 'javascript', framework: null },
      ...{ model: 'scripted', provider: 'ollama', maxTokens: 500, chosenPaths: [], chosenTokens: 0, review: false },
      ...{ flow: left.flow, maxRepairs: left.maxRepairs ?? 0, holdExpiresAt: new Date(Date.now() + 600_000) },
    },
    new Date(),
  );
  Object.assign(generation, { status: left.status, promptSha256: 'a'.repeat(64) }, left.changed);
  const queue = new JobQueue({ service: 'ai-generation', limits: { waiting: 9, waitingOfUser: 9 } });
  await orm.em.fork().transactional(async (em) => {
    await queue.enqueue(em, { id, userId, lane: 'scripted' });
    em.persist(generation);
    await em.flush();
    await insertEvents(
      em,
      id,
      left.events.map((event, index) => ({ seq: index + 1, ...event })),
    );
    await insertSteps(em, id, left.steps);
    for (const step of left.steps) {
      if (step.status !== 'QUEUED') await startStep(em, id, step.position, new Date());
      if (step.status === 'COMPLETED') await endStep(em, id, step);
    }
    await queue.claim(em);
  });
  await orm.close(true);
  return { id, userId, projectId };
}
