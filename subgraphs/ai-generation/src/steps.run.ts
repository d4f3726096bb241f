import type { EntityManager } from '@mikro-orm/postgresql';
import { AppError } from '@vibecode/platform/errors';
import { joinProposals, type ProposedChange } from './answer/answer.proposal.ts';
import { toCutAnswer, toLockedFailure, toNoFilesFailure } from './answer.failures.ts';
import type { Material } from './answer.material.ts';
import type { AnswerStreamer, ModelAnswer, Reserve, StreamedAnswer } from './answer.streamer.ts';
import { GenerationFailure } from './errors.ts';
import { countCalls, REPAIR, type StepName } from './generation.flow.ts';
import type { GenerationJournal } from './generation.journal.ts';
import type { CutAnswer, Produced } from './generation.outcome.ts';
import { GenerationStatus } from './generation.status.ts';
import { toFinished, toUnfinished } from './step.end.ts';
import type { GenerationStep } from './step.entity.ts';
import { endStep, startStep } from './step.repository.ts';
import { toCallsReserve } from './token.budget.ts';

const { COMPLETED, FAILED, CANCELLED } = GenerationStatus;
const SEPARATOR = '\n\n';

/** What a worker finds of a generation in steps: those that another worker has finished, and all that watchers have seen. */
export interface StepsState {
  readonly steps: readonly GenerationStep[];
  /** Of the answers so far, an unfinished one included. */
  readonly text: string;
}

/**
 * The calls of a generation in steps, in order. Each sees the project with what the earlier ones made of it, and is stored when it is
 * finished, with what it made: a worker that takes over goes on with the first that is not.
 */
export class StepsRun {
  readonly #steps: readonly GenerationStep[];
  #made: readonly ProposedChange[] = [];
  #finished: GenerationStep[] = [];
  #text: string;
  #firstTokenAt: Date | null;
  #running: { readonly step: GenerationStep; readonly answer: ModelAnswer | null } | null = null;

  constructor(
    private readonly answers: AnswerStreamer,
    private readonly journal: GenerationJournal,
    { steps, text }: StepsState,
  ) {
    this.#steps = steps.filter(({ name }) => name !== REPAIR);
    this.#text = text;
    this.#firstTokenAt = journal.generation.firstTokenAt;
  }

  /** What the finished steps have made of the project, together. */
  get made(): readonly ProposedChange[] {
    return this.#made;
  }

  /** All that the model has produced by now. */
  get produced(): Produced {
    const { kept } = this;
    const answer = this.#running?.answer;
    if (!answer) return kept;
    return {
      ...kept,
      promptTokens: kept.promptTokens + answer.promptTokens,
      completionTokens: kept.completionTokens + answer.completionTokens,
    };
  }

  /** The same, with the tokens of the finished steps alone. */
  get kept(): Produced {
    return {
      text: this.#text + (this.#running?.answer?.text ?? ''),
      promptTokens: sum(this.#finished, ({ promptTokens }) => promptTokens),
      completionTokens: sum(this.#finished, ({ completionTokens }) => completionTokens),
      firstTokenAt: this.#firstTokenAt ?? this.#running?.answer?.firstTokenAt ?? null,
      leftAlone: [...new Set(this.#finished.flatMap(({ leftAlone }) => leftAlone))].sort(),
    };
  }

  get hasAnswer(): boolean {
    return this.#finished.length > 0 || Boolean(this.#running?.answer);
  }

  /** What there is of the answer of the step that runs. */
  get cut(): CutAnswer | null {
    const answer = this.#running?.answer;
    return answer ? toCutAnswer(answer.changes, []) : null;
  }

  /** @throws what ends the generation: the steps that are finished by then are to be kept */
  async run(): Promise<void> {
    const { generation, signal } = this.journal;
    // Before anything can fail: what a dead worker has finished is kept, whatever becomes of the rest.
    for (const step of this.#steps) if (step.status === COMPLETED) this.#finish(step);
    const material = await this.answers.gather(generation, signal);
    this.#made = joinProposals(material.continued?.changes ?? [], this.#made);
    for (const step of this.#steps) {
      if (step.status !== COMPLETED) await this.#runStep(step, material);
    }
    if (this.#made.length > 0) return;
    const { leftAlone } = this.kept;
    throw leftAlone.length > 0 ? toLockedFailure(leftAlone) : toNoFilesFailure({ notes: [], paths: [] });
  }

  /** An error with the step that it has ended. */
  describe(error: unknown): unknown {
    const step = this.#running?.step;
    if (!step || !(error instanceof AppError)) return error;
    const { code, message, details } = error;
    const kept = this.#made.length > 0 ? ' What the steps before it have made is kept.' : '';
    const words = `Step ${step.number} of ${step.total} (${step.name}) failed: ${message}${kept}`;
    return new GenerationFailure(code as 'GENERATION_TRUNCATED', words, { details, cause: error });
  }

  /** Stores, with the end of the generation, how the step ends that runs. */
  async storeEnd(em: EntityManager, status: typeof FAILED | typeof CANCELLED): Promise<void> {
    if (!this.#running) return;
    const { step, answer } = this.#running;
    await endStep(em, this.journal.generation.id, { position: step.position, ...toUnfinished(status, answer) });
  }

  async #runStep(step: GenerationStep, material: Material): Promise<void> {
    const { journal, answers } = this;
    const { writer, signal, generation } = journal;
    signal.throwIfAborted();
    this.#running = { step, answer: null };
    if (this.#text !== '') this.#write(SEPARATOR);
    const answer = await answers.stream({
      ...{ generation, writer, signal, material },
      task: { name: step.name as StepName, plan: this.#findPlan() },
      made: this.#made,
      reserve: this.#toReserve(step, material),
      onBegin: () => {
        const now = new Date();
        const started = { type: 'StepStarted', name: step.name, index: step.number, of: step.total } as const;
        writer.change((row, em) => startStep(em, row.id, step.position, now), started);
      },
      onAnswer: (begun) => {
        this.#running = { step, answer: begun };
      },
      onFirstToken: (asked) => {
        const now = new Date();
        this.#firstTokenAt ??= now;
        writer.change((row) => row.stream(asked, now));
      },
    });
    await writer.settle();
    if (answer.failure) throw answer.failure;
    await this.#store(step, answer);
  }

  async #store(step: GenerationStep, answer: StreamedAnswer): Promise<void> {
    const { writer } = this.journal;
    const finished = Object.assign(step, toFinished(answer));
    writer.change((row, em) => endStep(em, row.id, finished));
    await writer.settle();
    this.#running = null;
    this.#text += answer.text;
    this.#finish(finished);
  }

  #finish(step: GenerationStep): void {
    this.#finished.push(step);
    this.#made = joinProposals(this.#made, step.changes ?? []);
  }

  #write(text: string): void {
    this.#text += text;
    this.journal.writer.writeText(text);
  }

  #findPlan(): string {
    return this.#finished.find(({ name }) => name === 'plan')?.text ?? '';
  }

  /** The hold covers what the finished steps have used, and what the later calls may. */
  #toReserve({ number }: GenerationStep, material: Material): Reserve {
    const { generation } = this.journal;
    const { flow, maxRepairs, review } = generation;
    const later = toCallsReserve(generation, countCalls(flow, maxRepairs, review) - number, material);
    const used = this.kept;
    return {
      promptTokens: used.promptTokens + later.promptTokens,
      maxTokens: used.completionTokens + later.maxTokens,
    };
  }
}

function sum<Item>(items: readonly Item[], toNumber: (item: Item) => number): number {
  return items.reduce((total, item) => total + toNumber(item), 0);
}
