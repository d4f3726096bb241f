import { AppError } from '@vibecode/platform/errors';
import type { JobRun } from '@vibecode/platform/jobs/job.run';
import { AnswerChanges } from './answer/answer.changes.ts';
import { type ProposedChange, toChangesetInSteps } from './answer/answer.proposal.ts';
import type { Change } from './answer/answer.reduction.ts';
import { toCutAnswer } from './answer.failures.ts';
import { type AnswerStreamer, type ModelAnswer, type StreamedAnswer, toProduced } from './answer.streamer.ts';
import type { BillingClient } from './billing.client.ts';
import type { ExecutorClient } from './executor.client.ts';
import { applyChanges } from './generation.applying.ts';
import { endEarly, toInterruption, type Work } from './generation.ending.ts';
import { countCalls, GenerationFlow } from './generation.flow.ts';
import { GenerationJournal, type JournalDependencies } from './generation.journal.ts';
import type { CutAnswer, Produced } from './generation.outcome.ts';
import { findText } from './generation.repository.ts';
import { GenerationStatus } from './generation.status.ts';
import { isHoldDoubtful, keepHold } from './hold.renewal.ts';
import type { ModelLanes } from './model.lanes.ts';
import { estimateTokens } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';
import { RepairRun } from './repair.run.ts';
import { offerForReview } from './review.job.ts';
import { findSteps } from './step.repository.ts';
import { StepsRun, type StepsState } from './steps.run.ts';
import { toCallsReserve } from './token.budget.ts';
import { doInTurns } from './turns.ts';

export interface JobDependencies extends JournalDependencies {
  readonly billing: BillingClient;
  readonly projects: ProjectClient;
  readonly executor: ExecutorClient;
  readonly answers: AnswerStreamer;
  readonly lanes: ModelLanes;
  /** For how long changes wait to be accepted. */
  readonly reviewMs: number;
}

const { QUEUED, RETRIEVING, STREAMING, APPLYING } = GenerationStatus;
const REREAD_MS = 30_000;

/**
 * One worker's work on one generation, to its end. What a dead worker has left is taken up where that is safe: before the model was
 * asked, between two steps, and once its whole answer is stored. In the middle of a single answer it is lost with the worker:
 * GENERATION_INTERRUPTED.
 */
export class GenerationJob implements Work {
  #answer: { readonly answer: ModelAnswer; readonly made: readonly ProposedChange[] } | null = null;
  #steps: StepsRun | null = null;
  #repairs: RepairRun | null = null;

  private constructor(
    readonly dependencies: JobDependencies,
    readonly job: JobRun,
    readonly journal: GenerationJournal,
  ) {}

  /** @throws LeaseLostError, and what went wrong when the end could not be stored */
  static async run(dependencies: JobDependencies, job: JobRun): Promise<void> {
    await using journal = await GenerationJournal.open(dependencies, job);
    const { generation } = journal;
    const { lanes } = dependencies;
    if (generation.status === QUEUED) {
      const absence = await lanes.findAbsence(generation);
      if (absence) {
        await lanes.close(generation.model, absence);
        await job.release();
        return;
      }
    }
    // What was reviewed is settled, and has no hold any more.
    await using _ = generation.reviewedAt === null ? keepHold(dependencies, generation) : null;
    await new GenerationJob(dependencies, job, journal).#run();
  }

  get steps(): StepsRun | null {
    return this.#steps;
  }

  get checkedText(): string | null {
    return this.#repairs?.text ?? null;
  }

  get hasAnswer(): boolean {
    return this.#answer !== null || (this.#steps?.hasAnswer ?? false);
  }

  get produced(): Produced | undefined {
    if (this.#steps) return this.#steps.produced;
    return this.#answer ? toProduced(this.#answer.answer) : undefined;
  }

  get cut(): CutAnswer | null {
    if (this.#steps) return this.#steps.cut;
    return this.#answer && toCutAnswer(this.#answer.answer.changes, this.#answer.made);
  }

  async #run(): Promise<void> {
    try {
      await this.#work();
    } catch (error) {
      // What was finished before a stop or a failure is applied like an answer.
      if ((await endEarly(this, error)) !== 'kept') return;
      await this.#work().catch(async (failure) => void (await endEarly(this, failure)));
    }
  }

  async #work(): Promise<void> {
    const { journal } = this;
    const { status, flow, versionId, review } = journal.generation;
    if (status === STREAMING && versionId !== null) return this.#check();
    if (status === STREAMING && flow === GenerationFlow.SINGLE) {
      this.#answer = { answer: await this.#findLostAnswer(), made: [] };
      throw toInterruption();
    }
    if (status !== APPLYING) {
      await this.#assureHold();
      if (status === QUEUED) await journal.transition((generation) => generation.retrieve(), RETRIEVING);
      const proposal = flow === GenerationFlow.STEPS ? await this.#produceSteps() : await this.#produce();
      journal.signal.throwIfAborted();
      const produced = this.produced!;
      if (review) {
        await offerForReview(journal, produced, proposal, { reviewMs: this.dependencies.reviewMs });
        return;
      }
      const changeset = await doInTurns(toChangesetInSteps(proposal));
      await journal.transition((generation) => generation.apply(produced, changeset), APPLYING);
    }
    // Applying is not stopped: a version may be there already.
    const { generation } = journal;
    const signal = AbortSignal.timeout(REREAD_MS);
    await this.#apply(generation.changes ?? (await this.dependencies.answers.reread(generation, signal)));
  }

  /** As much of a dead worker's answer as any watcher has seen, and what was stored behind that. */
  async #findLostAnswer(): Promise<ModelAnswer> {
    const { id, promptTokens, firstTokenAt } = this.journal.generation;
    const text = await findText(this.dependencies.orm.em.fork(), id);
    return { changes: new AnswerChanges(), text, promptTokens, completionTokens: estimateTokens(text), firstTokenAt };
  }

  async #assureHold(): Promise<void> {
    const { generation } = this.journal;
    if (!isHoldDoubtful(generation)) return;
    try {
      await this.dependencies.billing.renewHold(generation.userId, generation.id);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'SERVICE_UNAVAILABLE') throw error;
    }
  }

  /** Retrieval, prompt and the model's answer. */
  async #produce(): Promise<readonly ProposedChange[]> {
    const { journal } = this;
    const { answers, lanes } = this.dependencies;
    const { generation, writer, signal } = journal;
    const { flow, maxRepairs, review } = generation;
    const material = await answers.gather(generation, signal);
    const made = material.continued?.changes ?? [];
    const answer: StreamedAnswer = await answers.stream({
      ...{ generation, writer, signal, material },
      reserve: toCallsReserve(generation, countCalls(flow, maxRepairs, review) - 1, material),
      onAnswer: (begun) => {
        this.#answer = { answer: begun, made };
      },
      // The model's answer does not wait for it.
      onFirstToken: (asked) => {
        const now = new Date();
        writer.change((row) => row.stream(asked, now));
      },
    });
    await writer.settle();
    await lanes.open(generation.model);
    if (answer.failure) throw answer.failure;
    return answer.proposal;
  }

  async #produceSteps(): Promise<readonly ProposedChange[]> {
    const { answers, lanes } = this.dependencies;
    this.#steps = new StepsRun(answers, this.journal, await this.#findState());
    await this.#steps.run();
    await lanes.open(this.journal.generation.model);
    return this.#steps.made;
  }

  async #findState(): Promise<StepsState> {
    const em = this.dependencies.orm.em.fork();
    const { id } = this.journal.generation;
    return { steps: await findSteps(em, id), text: await findText(em, id) };
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    const { journal } = this;
    const { conclusion, maxRepairs, reviewedAt, versionId } = journal.generation;
    const version = await applyChanges(this.dependencies, this, changes);
    if (version === null) return;
    if (conclusion) return journal.finish((row, now) => row.conclude(conclusion, version, now));
    // What was reviewed is settled, so that nothing could be repaired.
    if (maxRepairs === 0 || reviewedAt !== null) return journal.finish((row, now) => row.complete(version, now));
    if (versionId !== null) {
      const { steps } = await this.#findState();
      const repairs = new RepairRun(this.dependencies, journal, { steps, text: journal.generation.text });
      return journal.finish((row, now) => row.completeRepaired(version, repairs.tokens, now));
    }
    await journal.transition((row) => row.check(version), STREAMING);
    return this.#check();
  }

  /** The version is made: it is run, and repaired where it fails. */
  async #check(): Promise<void> {
    const { journal } = this;
    await journal.writer.settle();
    if (journal.generation.maxRepairs > 0) await this.#assureHold();
    this.#repairs = new RepairRun(this.dependencies, journal, await this.#findState());
    const repaired = await this.#repairs.run();
    const { text } = this.#repairs;
    if (repaired === null) return journal.finish((row, now) => row.complete(null, now, text));
    const changeset = await doInTurns(toChangesetInSteps(repaired));
    await journal.transition((row) => row.applyRepair(text, changeset), APPLYING);
    return this.#apply(journal.generation.changes ?? []);
  }
}
