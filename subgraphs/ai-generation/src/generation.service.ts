import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError } from '@vibecode/platform/errors';
import { newId } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import { QueueFullError as JobQueueFullError } from '@vibecode/platform/jobs/job';
import type { Cancelled, JobQueue } from '@vibecode/platform/jobs/job.queue';
import type { JobWorker } from '@vibecode/platform/jobs/job.worker';
import type { Logger } from '@vibecode/platform/log';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import type { BillingClient, HoldRequest } from './billing.client.ts';
import { readChosenFiles } from './chosen.files.ts';
import { ImagesUnsupportedError, ModelUnavailableError, QueueFullError } from './errors.ts';
import { storeIdleEnd } from './generation.end.ts';
import { Generation, type NewGeneration } from './generation.entity.ts';
import { GenerationFlow, STEPS } from './generation.flow.ts';
import { placeHold, toFlowChoice } from './generation.hold.ts';
import { type StartGenerationInput, startGenerationInput } from './generation.input.ts';
import { findText, findVisible, insertEvents, reserveId } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { insertImages } from './image.repository.ts';
import type { ModelRegistry } from './models/model.registry.ts';
import type { ModelImage } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';
import { insertSteps, type NewStep } from './step.repository.ts';
import { toHeldPromptTokens, toImageTokens, toMaxTokens } from './token.budget.ts';

export interface GenerationServiceOptions {
  readonly orm: MikroORM;
  readonly queue: JobQueue;
  readonly worker: Pick<JobWorker, 'wake' | 'stop'>;
  readonly billing: BillingClient;
  readonly projects: ProjectClient;
  readonly registry: ModelRegistry;
  readonly log: Logger;
}

export class GenerationService {
  constructor(readonly options: GenerationServiceOptions) {}

  /**
   * Queues a generation. The same user's same `clientRequestId` always answers with the same one, also when asked at once.
   *
   * @throws InvalidInputError, NotFoundError, ConflictError, QueueFullError, ModelUnavailableError, and AppError BILLING_QUOTA_EXCEEDED
   */
  async start(viewer: Viewer, input: StartGenerationInput): Promise<Generation> {
    const { orm, billing, projects, registry } = this.options;
    const { userId } = viewer;
    const request = parseInput(startGenerationInput, input);
    const { projectId, prompt, model, maxTokens, parentId, clientRequestId, contextPaths, review, images } = request;
    const id = await reserveId(orm.em.fork(), { userId, clientRequestId, proposedId: newId() });
    const known = await findVisible(orm.em.fork(), id, userId);
    if (known) return assertSame(known, { projectId, prompt, clientRequestId });

    const [listed, project] = await Promise.all([registry.get(model), projects.authorize(userId, projectId)]);
    if (!listed.available && !(await registry.findFallback(listed.model))) {
      throw new ModelUnavailableError(
        listed.model,
        'its provider does not answer. Try later, or choose another model.',
      );
    }
    if (images.length > 0 && !listed.seesImages) {
      const seeing = (await registry.list()).filter(({ seesImages }) => seesImages);
      throw new ImagesUnsupportedError(
        listed.model,
        seeing.map(({ model: { id: name } }) => name),
      );
    }
    if (parentId !== null) await this.#assertParent(parentId, { userId, projectId });
    const chosen = await readChosenFiles(projects, { userId, projectId, contextPaths });
    const { chosenTokens } = chosen;
    const answerTokens = toMaxTokens(maxTokens, prompt, listed.contextTokens, listed.model, chosenTokens);
    const { id: modelId, provider } = listed.model;
    const choice = toFlowChoice(request, listed, project);
    const hold = {
      generationId: id,
      promptTokens: toHeldPromptTokens(prompt, listed.contextTokens, chosenTokens) + toImageTokens(images),
      maxTokens: answerTokens,
      model: modelId,
      provider,
      budget: toBudget(viewer),
    };
    try {
      const placed = await placeHold(billing, userId, hold, choice);
      return await this.#queue(
        {
          id,
          userId,
          projectId,
          parentId,
          prompt,
          language: project.language?.toLowerCase() ?? null,
          framework: project.framework?.toLowerCase() ?? null,
          model: modelId,
          provider,
          maxTokens: answerTokens,
          ...chosen,
          review,
          flow: placed.flow,
          maxRepairs: request.maxRepairs,
          holdExpiresAt: placed.expiresAt,
        },
        images,
      );
    } catch (error) {
      // The same request, made at the same time, may have succeeded and be over already: its hold is not ours to release.
      const other = await findVisible(orm.em.fork(), id, userId);
      if (other) return assertSame(other, { projectId, prompt, clientRequestId });
      await this.#releaseHold(userId, id);
      throw error;
    }
  }

  /**
   * Ends a generation that waits, and asks the job of one that runs to stop, wherever it runs. What was produced until then is kept
   * and settled; one that is being applied, or has ended, goes on as it is.
   */
  async cancel(viewer: Viewer, id: string): Promise<Generation> {
    const { orm, queue, worker } = this.options;
    const generation = await this.get(viewer, id);
    if (generation.userId !== viewer.userId)
      throw new ForbiddenError('Only the user who started a generation may cancel it.');
    const was = await orm.em
      .fork()
      .transactional((em) => cancelJob(em, queue, generation.id))
      .catch((error) => {
        if (error instanceof BeingApplied) return 'over' as const;
        throw error;
      });
    // A waiting one is settled like any other that has ended.
    if (was === 'waiting') worker.wake();
    if (was === 'running') await worker.stop(generation.id);
    return this.get(viewer, id);
  }

  /** @throws NotFoundError also when it is another user's */
  async get(viewer: Viewer, id: string): Promise<Generation> {
    const owner = viewer.role === 'ADMIN' ? null : viewer.userId;
    const generation = await findVisible(this.options.orm.em.fork(), id, owner);
    if (!generation) throw new NotFoundError('generation', id);
    return generation;
  }

  /** @throws NotFoundError, and InvalidInputError for a generation of another project */
  async #assertParent(parentId: string, { userId, projectId }: { userId: string; projectId: string }): Promise<void> {
    const parent = await findVisible(this.options.orm.em.fork(), parentId, userId);
    if (!parent) throw new NotFoundError('generation', parentId);
    if (parent.projectId === projectId) return;
    throw new InvalidInputError(
      'parentId',
      `The generation '${parentId}' belongs to another project; expected one of the project '${projectId}'.`,
    );
  }

  async #queue(input: NewGeneration, images: readonly ModelImage[]): Promise<Generation> {
    const { orm, queue, worker } = this.options;
    const { id, userId, model: lane } = input;
    const generation = Generation.queue(input, new Date());
    try {
      await orm.em.fork().transactional(async (em: EntityManager) => {
        await queue.enqueue(em, { id, userId, lane });
        em.persist(generation);
        await em.flush();
        await insertEvents(em, id, [{ seq: 1, type: 'StatusChanged', status: GenerationStatus.QUEUED }]);
        await insertImages(em, id, images);
        if (input.flow === GenerationFlow.STEPS) await insertSteps(em, id, toNewSteps());
      });
    } catch (error) {
      if (!(error instanceof JobQueueFullError)) throw error;
      throw new QueueFullError(error.whose === 'user' ? 'user' : 'system', error.limit);
    }
    worker.wake();
    return generation;
  }

  async #releaseHold(userId: string, generationId: string): Promise<void> {
    const { billing, log } = this.options;
    // Not released, it runs out by itself.
    await billing
      .releaseHold(userId, generationId)
      .catch((error) => log.warn({ action: 'hold.not-released', generationId, error }));
  }
}

function toNewSteps(): NewStep[] {
  return STEPS.map((name, index) => ({ position: index + 1, name, number: index + 1, total: STEPS.length }));
}

/** @throws ConflictError when the same `clientRequestId` was sent with another project or prompt */
function assertSame(
  known: Generation,
  { projectId, prompt, clientRequestId }: { projectId: string; prompt: string; clientRequestId: string },
): Generation {
  if (known.projectId === projectId && known.prompt === prompt) return known;
  throw new ConflictError(
    'CONFLICT',
    `The clientRequestId '${clientRequestId}' was used with another project or prompt. Send a new one with a new request.`,
    { details: { field: 'clientRequestId', generationId: known.id } },
  );
}

/** Rolls a cancellation back: what was accepted, and waits to be applied, goes on. */
class BeingApplied extends Error {}

/** Ends a generation that waits, and marks one that runs. */
async function cancelJob(em: EntityManager, queue: JobQueue, id: string): Promise<Cancelled> {
  const was = await queue.cancel(em, id);
  if (was !== 'waiting') return was;
  const generation = await em.findOneOrFail(Generation, { id });
  if (generation.status === GenerationStatus.APPLYING) throw new BeingApplied();
  // Steps that another worker has left count for nothing then, and cost nothing.
  const text = await findText(em, id);
  generation.cancel(new Date());
  generation.text = text;
  await storeIdleEnd(em, generation);
  return was;
}

function toBudget({ sessionId, tokenBudget }: Viewer): HoldRequest['budget'] {
  return sessionId === null || tokenBudget === null ? null : { apiKeyId: sessionId, tokens: tokenBudget };
}

/** @throws InvalidInputError when it is no position of a stream */
export function toAfterSeq(afterSeq: number): number {
  if (afterSeq >= 0) return afterSeq;
  throw new InvalidInputError(
    'afterSeq',
    `'afterSeq' is ${afterSeq}; expected 0, or the seq of the last event you have.`,
  );
}
