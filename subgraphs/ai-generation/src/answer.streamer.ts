import type { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { type AnswerBase, AnswerChanges } from './answer/answer.changes.ts';
import { AnswerParser } from './answer/answer.parser.ts';
import { joinProposals, type ProposedChange, toFilesAfter } from './answer/answer.proposal.ts';
import type { Change } from './answer/answer.reduction.ts';
import { findAnswerFailure, withCut } from './answer.failures.ts';
import { type Continued, gatherMaterial, type Material, type MaterialOptions } from './answer.material.ts';
import { openAnswer } from './answer.opening.ts';
import { type ModelAnswer, readAnswer } from './answer.reader.ts';
import { askAgain, isWorthAsking } from './answer.repair.ts';
import type { BillingClient } from './billing.client.ts';
import { ContextExceededError } from './errors.ts';
import type { EventWriter } from './event.writer.ts';
import type { Generation } from './generation.entity.ts';
import type { AskedModel, Produced } from './generation.outcome.ts';
import { GenerationStatus } from './generation.status.ts';
import type { ModelGuard } from './models/model.guard.ts';
import { estimateTokens, type Model, type ModelChunk, type ModelRequest } from './models/model.ts';
import type { ProjectSnapshot } from './project.client.ts';
import type { BuiltPrompt, PromptBuilder } from './prompt.builder.ts';
import { describeAbsent } from './prompt.outline.ts';
import { rankFiles } from './prompt.relevance.ts';
import type { PromptTask } from './prompt.tasks.ts';
import { toHeldTokens, toImageTokens, toPromptBudget } from './token.budget.ts';

const { STREAMING } = GenerationStatus;

export type { ModelAnswer } from './answer.reader.ts';

/** Tokens beside those of a call. */
export interface Reserve {
  readonly promptTokens: number;
  readonly maxTokens: number;
}

export interface StreamInput {
  readonly generation: Generation;
  readonly writer: EventWriter;
  readonly signal: AbortSignal;
  /** Default: gathered now. */
  readonly material?: Material;
  /** What this call is for, where it is one of several. Default: the whole request. */
  readonly task?: PromptTask;
  /** What earlier calls have made, and the project does not hold yet. Default: what the parent had made when it was cut. */
  readonly made?: readonly ProposedChange[];
  /** What the earlier calls have used and the later ones may use: the hold covers it too. Default: nothing. */
  readonly reserve?: Reserve;
  /** Called when the prompt is built. */
  readonly onBegin?: () => void;
  /** Called as soon as a model is asked: what it has answered is charged even when it is stopped. */
  readonly onAnswer: (answer: ModelAnswer) => void;
  /** Called at the first token, when it is certain which model answers. */
  readonly onFirstToken: (asked: AskedModel) => void;
}

export interface AnswerStreamerOptions extends MaterialOptions {
  readonly askModel: ModelGuard;
  readonly buildPrompt: PromptBuilder;
  readonly billing: BillingClient;
  readonly log: Logger;
}

/** A whole answer: what it and the earlier calls change, or why it cannot be used. */
export interface StreamedAnswer extends ModelAnswer {
  readonly proposal: readonly ProposedChange[];
  readonly failure: AppError | null;
}

const NOTHING: Reserve = { promptTokens: 0, maxTokens: 0 };
const CONTINUED_TAIL_CHARACTERS = 2_000;

/** Builds prompts, asks the model, and passes on what it answers as it comes. */
export class AnswerStreamer {
  constructor(readonly options: AnswerStreamerOptions) {}

  /** What all calls of a generation are made of. */
  gather(generation: Generation, signal: AbortSignal): Promise<Material> {
    return gatherMaterial(this.options, generation, signal);
  }

  /** One call of the model. */
  async stream(input: StreamInput): Promise<StreamedAnswer> {
    const { generation, writer, signal, onAnswer } = input;
    const { prompt, language, framework, maxTokens } = generation;
    const material = input.material ?? (await this.gather(generation, signal));
    const { listed, templates, turns, lockedPaths, images, continued } = material;
    const task = input.task ?? toContinuation(continued);
    const made = input.made ?? continued?.changes ?? [];
    const { chosenPaths, chosenTokens } = generation;
    const wanted = [...chosenPaths, ...made.map(({ path }) => path)];
    const files = await rankFiles(toFilesAfter(material.files, made), prompt, wanted);
    signal.throwIfAborted();
    const imageTokens = toImageTokens(images);
    const budgetTokens = toPromptBudget(prompt, maxTokens, listed.contextTokens, chosenTokens) - imageTokens;
    const content = { turns, templates, files, lockedPaths, ...(task && { task }) };
    const text = this.options.buildPrompt({ prompt, language, framework, ...content, budgetTokens });
    const built = { ...text, tokens: text.tokens + imageTokens };
    assertChosen(generation, built, listed.model, budgetTokens);
    this.#shrinkHold(generation, built, input.reserve ?? NOTHING);
    if (generation.status !== STREAMING) writer.write({ type: 'StatusChanged', status: STREAMING });
    input.onBegin?.();

    const request: ModelRequest = {
      prompt,
      messages: built.messages,
      images,
      templates,
      leastScore: material.leastScore,
      language,
      framework,
      existingPaths: files.map(({ path }) => path),
      delimiter: built.delimiter,
      maxTokens,
      signal,
    };
    const { model, chunks } = await openAnswer(this.options, listed, request, { needsLanguage: task !== null });
    const answer: ModelAnswer = {
      changes: new AnswerChanges(toBase({ files, lockedPaths }, built)),
      text: '',
      promptTokens: built.tokens,
      completionTokens: 0,
      firstTokenAt: null,
    };
    onAnswer(answer);
    const projectPaths = material.files.map(({ path }) => path);
    return this.#read({ input, model, request, built, budgetTokens, answer, chunks, made, projectPaths });
  }

  /** What a stored answer changes, where the worker that read it as it came is gone. */
  async reread(
    { userId, projectId, text, completionTokens, maxTokens, delimiter }: Generation,
    signal: AbortSignal,
  ): Promise<readonly Change[]> {
    const snapshot = await this.options.projects.readSnapshot(userId, projectId, signal);
    const shown = new Set(snapshot.files.map(({ path }) => path));
    const changes = new AnswerChanges(toBase(snapshot, { shown }));
    const parser = new AnswerParser({ delimiter });
    const reason = completionTokens >= maxTokens ? 'length' : 'stop';
    for (const event of [...parser.push(text), ...parser.end(reason)]) changes.add(event);
    const failure = findAnswerFailure({ changes, end: { reason: 'stop' }, model: null, maxTokens });
    if (failure) throw failure;
    return changes.toChangeset();
  }

  async #read({
    input: { generation, writer, onFirstToken, task },
    model,
    request,
    built,
    budgetTokens,
    answer,
    chunks,
    made,
    projectPaths,
  }: {
    input: StreamInput;
    model: Model;
    request: ModelRequest;
    built: BuiltPrompt;
    budgetTokens: number;
    answer: ModelAnswer;
    chunks: AsyncIterable<ModelChunk>;
    made: readonly ProposedChange[];
    projectPaths: readonly string[];
  }): Promise<StreamedAnswer> {
    const { maxTokens } = generation;
    const { changes } = answer;
    const consequence = task && 'Nothing of this step was written.';
    const onFirst = () => {
      onFirstToken({
        templates: request.templates.map(({ template, score }) => ({ templateId: template.id, score })),
        contextPaths: projectPaths.filter((path) => built.shown.has(path)).sort(),
        promptSha256: built.sha256,
        promptTokens: built.tokens,
        delimiter: built.delimiter,
        model: model.id,
        provider: model.provider,
      });
    };
    const reading = { answer, writer, delimiter: built.delimiter, maxTokens, onFirst };
    // Charging more than was held could pass the user's cap.
    const charge = (promptTokens: number) => {
      answer.promptTokens = Math.min(promptTokens, toHeldTokens(built.tokens));
      answer.completionTokens = Math.min(answer.completionTokens, maxTokens);
    };
    let end = await readAnswer({ ...reading, chunks }).catch((error) => {
      throw withCut(error, changes, consequence);
    });
    const promptTokens = end.promptTokens ?? built.tokens;
    charge(promptTokens);
    if (isWorthAsking({ end, answer, model, maxTokens, budgetTokens })) {
      const again = await askAgain({ ...reading, model, request, options: this.options, consequence });
      end = again.end;
      charge(promptTokens + again.promptTokens);
    }
    const needsFiles = task === undefined && made.length === 0;
    const failure = findAnswerFailure({
      changes,
      end,
      model,
      maxTokens,
      needsFiles,
      ...(consequence && { consequence }),
    });
    const proposal = joinProposals(made, changes.toProposal());
    const absent = describeAbsent(built.absent);
    writeNotes(answer, writer, absent === null || failure ? changes.notes : [...changes.notes, absent]);
    return Object.assign(answer, { proposal, failure });
  }

  /** Not waited for: the model need not wait until the user has the rest of the quota back. */
  #shrinkHold({ id, userId, maxTokens }: Generation, { tokens }: BuiltPrompt, reserve: Reserve): void {
    const { billing, log } = this.options;
    const needed = {
      promptTokens: toHeldTokens(tokens) + reserve.promptTokens,
      maxTokens: maxTokens + reserve.maxTokens,
    };
    billing
      .shrinkHold(userId, { generationId: id, ...needed })
      .catch((error) => log.warn({ action: 'generation.hold-not-shrunk', generationId: id, error }));
  }
}

function toContinuation(continued: Continued | null): PromptTask | null {
  return (
    continued && { name: 'continue', paths: continued.paths, tail: continued.tail.slice(-CONTINUED_TAIL_CHARACTERS) }
  );
}

/** @throws ContextExceededError when files that the model must see have grown since, and do not fit any more */
function assertChosen(
  { chosenPaths }: Generation,
  { absent, tokens }: BuiltPrompt,
  model: Model,
  budgetTokens: number,
): void {
  const missing = absent.filter(({ path }) => chosenPaths.includes(path));
  if (missing.length === 0) return;
  const promptTokens = tokens + missing.reduce((sum, { content }) => sum + estimateTokens(content), 0);
  throw new ContextExceededError(model, { promptTokens, contextTokens: budgetTokens });
}

function toBase(
  { files, lockedPaths }: Pick<ProjectSnapshot, 'files' | 'lockedPaths'>,
  { shown }: Pick<BuiltPrompt, 'shown'>,
): AnswerBase {
  return { files: new Map(files.map(({ path, content }) => [path, content])), shown, lockedPaths };
}

/** Whoever reads the answer is told what became of it, behind the answer and told apart from it. */
function writeNotes(answer: ModelAnswer, writer: EventWriter, notes: readonly string[]): void {
  if (notes.length === 0) return;
  const text = `\n\n${notes.map((note) => `> Note: ${note}`).join('\n')}\n`;
  answer.text += text;
  writer.writeText(text);
}

export function toProduced(answer: ModelAnswer): Produced {
  const { text, promptTokens, completionTokens, firstTokenAt, changes } = answer;
  return { text, promptTokens, completionTokens, firstTokenAt, leftAlone: changes.leftAlone };
}
