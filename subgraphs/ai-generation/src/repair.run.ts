import { toAppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { joinProposals, type ProposedChange } from './answer/answer.proposal.ts';
import type { AnswerStreamer, ModelAnswer, StreamedAnswer } from './answer.streamer.ts';
import type { ExecutorClient, RunVerdict } from './executor.client.ts';
import { REPAIR } from './generation.flow.ts';
import type { GenerationJournal } from './generation.journal.ts';
import type { Produced } from './generation.outcome.ts';
import { GenerationStatus } from './generation.status.ts';
import { toFinished, toUnfinished } from './step.end.ts';
import type { GenerationStep } from './step.entity.ts';
import { endStep, insertSteps, startStep } from './step.repository.ts';
import type { StepsState } from './steps.run.ts';
import { toCallsReserve } from './token.budget.ts';

export interface RepairDependencies {
  readonly answers: AnswerStreamer;
  readonly executor: ExecutorClient;
  readonly log: Logger;
}

const { COMPLETED, FAILED } = GenerationStatus;

/**
 * Runs what a generation has made, and puts what fails to its model again, at most `maxRepairs` times. Repairs build on each other,
 * and count only once a run passes: until then the project stays as it is.
 */
export class RepairRun {
  readonly #repairs: GenerationStep[];
  readonly #steps: number;
  /** By another worker, which has not lived to say so. */
  readonly #hasFailed: boolean;
  #made: readonly ProposedChange[] = [];
  #text: string;
  #running: { readonly position: number; answer: ModelAnswer | null } | null = null;

  constructor(
    private readonly dependencies: RepairDependencies,
    private readonly journal: GenerationJournal,
    { steps, text }: StepsState,
  ) {
    const repairs = steps.filter(({ name }) => name === REPAIR);
    this.#repairs = repairs.filter(({ status }) => status === COMPLETED);
    this.#hasFailed = repairs.some(({ status }) => status === FAILED);
    this.#steps = steps.filter(({ name }) => name !== REPAIR).length;
    for (const { changes } of this.#repairs) this.#made = joinProposals(this.#made, changes ?? []);
    this.#text = text;
  }

  /** The tokens of the repairs that have made something. */
  get tokens(): Pick<Produced, 'promptTokens' | 'completionTokens'> {
    const sum = (key: 'promptTokens' | 'completionTokens') =>
      this.#repairs.reduce((total, step) => total + step[key], 0);
    return { promptTokens: sum('promptTokens'), completionTokens: sum('completionTokens') };
  }

  /** All text of the generation by now. */
  get text(): string {
    return this.#text + (this.#running?.answer?.text ?? '');
  }

  /**
   * @returns what the repairs make of the project; null where there is nothing to change, or nothing that helps
   * @throws what a stop throws
   */
  async run(): Promise<readonly ProposedChange[] | null> {
    const { generation, signal, writer } = this.journal;
    const { userId, projectId, maxRepairs } = generation;
    if (this.#hasFailed) return null;
    for (;;) {
      const verdict = await this.dependencies.executor.runProject(userId, { projectId, changes: this.#made }, signal);
      const isOver = verdict.kind !== 'failed' || this.#repairs.length >= maxRepairs;
      if (isOver) this.#note(verdict);
      await writer.settle();
      if (isOver) return verdict.kind === 'passed' && this.#made.length > 0 ? this.#made : null;
      if (!(await this.#repair(verdict.error))) return null;
    }
  }

  /** @returns whether its changes can be tried */
  async #repair(error: string): Promise<boolean> {
    const { journal, dependencies } = this;
    const { generation, signal, writer } = journal;
    const number = this.#repairs.length + 1;
    const step = { position: this.#steps + number, name: REPAIR, number, total: generation.maxRepairs };
    this.#running = { position: step.position, answer: null };
    this.#write('\n\n');
    const now = new Date();
    writer.change(
      async (row, em) => {
        row.repairs = number;
        await insertSteps(em, row.id, [step]);
        await startStep(em, row.id, step.position, now);
      },
      { type: 'StepStarted', name: REPAIR, index: number, of: step.total },
    );
    try {
      const answer = await this.#ask(error);
      if (answer.failure) throw answer.failure;
      await this.#store(step, answer);
      return true;
    } catch (failure) {
      signal.throwIfAborted();
      if (journal.failure) throw failure;
      await this.#fail(failure);
      dependencies.log.info({ action: 'generation.repair-failed', generationId: generation.id, error: failure });
      return false;
    }
  }

  async #ask(error: string): Promise<StreamedAnswer> {
    const { journal, dependencies } = this;
    const { generation, signal, writer } = journal;
    const { answers } = dependencies;
    const material = await answers.gather(generation, signal);
    const later = toCallsReserve(generation, generation.maxRepairs - this.#repairs.length - 1, material);
    const { promptTokens, completionTokens } = this.tokens;
    const answer = await answers.stream({
      ...{ generation, writer, signal, material },
      task: { name: REPAIR, error },
      made: this.#made,
      reserve: {
        promptTokens: generation.promptTokens + promptTokens + later.promptTokens,
        maxTokens: generation.completionTokens + completionTokens + later.maxTokens,
      },
      onAnswer: (begun) => {
        this.#running!.answer = begun;
      },
      // What is settled stays that of the version, until the repair has helped.
      onFirstToken: () => undefined,
    });
    await writer.settle();
    return answer;
  }

  async #store(
    step: { readonly position: number; readonly name: string; readonly number: number; readonly total: number },
    answer: StreamedAnswer,
  ): Promise<void> {
    const { writer } = this.journal;
    const finished: GenerationStep = { ...step, startedAt: null, ...toFinished(answer) };
    writer.change((row, em) => endStep(em, row.id, finished));
    await writer.settle();
    this.#running = null;
    this.#text += answer.text;
    this.#repairs.push(finished);
    this.#made = joinProposals(this.#made, finished.changes ?? []);
  }

  async #fail(failure: unknown): Promise<void> {
    const { writer } = this.journal;
    const { position, answer } = this.#running!;
    const ended = { position, ...toUnfinished(FAILED, answer) };
    writer.change((row, em) => endStep(em, row.id, ended));
    this.#text = this.text;
    this.#running = null;
    const reason = toAppError(failure)?.message ?? 'Something went wrong on our side.';
    this.#write(`\n\n> Note: The repair failed, and the version stays as it is: ${reason}\n`);
    await writer.settle();
  }

  #note(verdict: RunVerdict): void {
    const tried = this.#repairs.length;
    const words = {
      passed: `The project was run: ${verdict.words}.`,
      failed: `The project fails when it is run: ${verdict.words}. ${tried} repairs did not help, and the version stays as it is.`,
      unknown: `The project was not run to an end: ${verdict.words}.${tried > 0 ? ' The version stays as it is.' : ''}`,
    }[verdict.kind];
    this.#write(`\n\n> Note: ${words}\n`);
  }

  #write(text: string): void {
    this.#text += text;
    this.journal.writer.writeText(text);
  }
}
