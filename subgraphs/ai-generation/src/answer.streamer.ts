import type { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import { type AnswerBase, AnswerChanges } from './answer/answer.changes.ts';
import { AnswerParser } from './answer/answer.parser.ts';
import type { Change } from './answer/answer.reduction.ts';
import { findAnswerFailure, withCut } from './answer.failures.ts';
import { type ModelAnswer, readAnswer } from './answer.reader.ts';
import { askAgain, isWorthAsking } from './answer.repair.ts';
import type { BillingClient } from './billing.client.ts';
import { ContextExceededError, ModelUnavailableError } from './errors.ts';
import type { EventWriter } from './event.writer.ts';
import type { Generation, Produced, StoredMatch } from './generation.entity.ts';
import { GenerationStatus } from './generation.status.ts';
import type { ModelGuard } from './models/model.guard.ts';
import type { ListedModel, ModelRegistry } from './models/model.registry.ts';
import { estimateTokens, type Model, type ModelChunk, type ModelImage, type ModelRequest } from './models/model.ts';
import type { ProjectClient, ProjectSnapshot } from './project.client.ts';
import type { BuiltPrompt, PromptBuilder } from './prompt.builder.ts';
import type { Turn } from './prompt.conversation.ts';
import { describeAbsent } from './prompt.outline.ts';
import { rankFiles } from './prompt.relevance.ts';
import type { TemplateSearch } from './template.search.ts';
import { toHeldTokens, toImageTokens, toPromptBudget } from './token.budget.ts';

export type { ModelAnswer } from './answer.reader.ts';

export interface StreamInput {
  readonly generation: Generation;
  readonly writer: EventWriter;
  readonly signal: AbortSignal;
  /** Called as soon as a model is asked: what it has answered is charged even when it is stopped. */
  readonly onAnswer: (answer: ModelAnswer) => void;
  /** Called at the first token, when it is certain which model answers. */
  readonly onFirstToken: (asked: {
    templates: StoredMatch[];
    contextPaths: string[];
    promptSha256: string;
    promptTokens: number;
    model: string;
    provider: string;
  }) => void;
}

export interface AnswerStreamerOptions {
  readonly registry: ModelRegistry;
  readonly askModel: ModelGuard;
  readonly templates: TemplateSearch;
  readonly buildPrompt: PromptBuilder;
  readonly billing: BillingClient;
  readonly projects: ProjectClient;
  /** What was asked before, the newest first. */
  readonly findTurns: (generation: Generation) => Promise<readonly Turn[]>;
  /** The images of a generation's request. */
  readonly findImages: (generationId: string) => Promise<readonly ModelImage[]>;
  readonly log: Logger;
}

/** A whole answer: what it changes, or why it cannot be used. */
export interface StreamedAnswer extends ModelAnswer {
  readonly changeset: readonly Change[];
  readonly failure: AppError | null;
}

const RETRIEVED_TEMPLATES = 3;

/** Retrieves, builds the prompt, asks the model, and passes on what it answers as it comes. */
export class AnswerStreamer {
  constructor(readonly options: AnswerStreamerOptions) {}

  async stream(input: StreamInput): Promise<StreamedAnswer> {
    const { generation, writer, signal, onAnswer } = input;
    const { registry, templates, projects, findTurns } = this.options;
    const { userId, prompt, language, framework, maxTokens } = generation;
    const [{ matches, findLeastScore }, listed, { files: stored, lockedPaths }, turns, images] = await Promise.all([
      templates.search({ query: prompt, language, framework, ownerId: userId, first: RETRIEVED_TEMPLATES, signal }),
      registry.get(generation.model),
      projects.readSnapshot(userId, generation.projectId, signal),
      findTurns(generation),
      this.options.findImages(generation.id),
    ]);
    const { chosenPaths, chosenTokens } = generation;
    const files = await rankFiles(stored, prompt, chosenPaths);
    signal.throwIfAborted();
    const imageTokens = toImageTokens(images);
    const budgetTokens = toPromptBudget(prompt, maxTokens, listed.contextTokens, chosenTokens) - imageTokens;
    const content = { turns, templates: matches, files, lockedPaths };
    const text = this.options.buildPrompt({ prompt, language, framework, ...content, budgetTokens });
    const built = { ...text, tokens: text.tokens + imageTokens };
    assertChosen(generation, built, listed.model, budgetTokens);
    this.#shrinkHold(generation, built);
    writer.write({ type: 'StatusChanged', status: GenerationStatus.STREAMING });

    const request: ModelRequest = {
      prompt,
      messages: built.messages,
      images,
      templates: matches,
      leastScore: findLeastScore,
      language,
      framework,
      existingPaths: files.map(({ path }) => path),
      delimiter: built.delimiter,
      maxTokens,
      signal,
    };
    const { model, chunks } = await this.#open(listed, request);
    const answer: ModelAnswer = {
      changes: new AnswerChanges(toBase({ files, lockedPaths }, built)),
      text: '',
      promptTokens: built.tokens,
      completionTokens: 0,
      firstTokenAt: null,
    };
    onAnswer(answer);
    return this.#read({ input, model, request, built, budgetTokens, answer, chunks });
  }

  /** What a stored answer changes, where the worker that read it as it came is gone. */
  async reread(
    { userId, projectId, text, completionTokens, maxTokens }: Generation,
    signal: AbortSignal,
  ): Promise<readonly Change[]> {
    const snapshot = await this.options.projects.readSnapshot(userId, projectId, signal);
    const shown = new Set(snapshot.files.map(({ path }) => path));
    const changes = new AnswerChanges(toBase(snapshot, { shown }));
    const parser = new AnswerParser();
    const reason = completionTokens >= maxTokens ? 'length' : 'stop';
    for (const event of [...parser.push(text), ...parser.end(reason)]) changes.add(event);
    const failure = findAnswerFailure({ changes, end: { reason: 'stop' }, model: null, maxTokens });
    if (failure) throw failure;
    return changes.toChangeset();
  }

  async #read({
    input: { generation, writer, onFirstToken },
    model,
    request,
    built,
    budgetTokens,
    answer,
    chunks,
  }: {
    input: StreamInput;
    model: Model;
    request: ModelRequest;
    built: BuiltPrompt;
    budgetTokens: number;
    answer: ModelAnswer;
    chunks: AsyncIterable<ModelChunk>;
  }): Promise<StreamedAnswer> {
    const { maxTokens } = generation;
    const { changes } = answer;
    const onFirst = () => {
      onFirstToken({
        templates: request.templates.map(({ template, score }) => ({ templateId: template.id, score })),
        contextPaths: [...built.shown].sort(),
        promptSha256: built.sha256,
        promptTokens: built.tokens,
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
      throw withCut(error, changes);
    });
    const promptTokens = end.promptTokens ?? built.tokens;
    charge(promptTokens);
    if (isWorthAsking({ end, answer, model, maxTokens, budgetTokens })) {
      const again = await askAgain({ ...reading, model, request, options: this.options });
      end = again.end;
      charge(promptTokens + again.promptTokens);
    }
    const failure = findAnswerFailure({ changes, end, model, maxTokens });
    const changeset = failure ? [] : changes.toChangeset();
    const absent = describeAbsent(built.absent);
    writeNotes(answer, writer, absent === null || failure ? changes.notes : [...changes.notes, absent]);
    return Object.assign(answer, { changeset, failure });
  }

  /** The first chunk decides whether a model answers at all; where it does not, the configured fallback is asked. */
  async #open(
    listed: ListedModel,
    request: ModelRequest,
  ): Promise<{ model: Model; chunks: AsyncIterable<ModelChunk> }> {
    try {
      return { model: listed.model, chunks: await this.options.askModel(listed.model, request) };
    } catch (error) {
      if (!(error instanceof ModelUnavailableError)) throw error;
      const fallback = await this.options.registry.findFallback(listed.model);
      if (!fallback || (request.images?.length && !fallback.seesImages)) throw error;
      this.options.log.warn({
        action: 'generation.fallback',
        model: listed.model.id,
        fallback: fallback.model.id,
        error,
      });
      return { model: fallback.model, chunks: await this.options.askModel(fallback.model, request) };
    }
  }

  /** Not waited for: the model need not wait until the user has the rest of the quota back. */
  #shrinkHold({ id, userId, maxTokens }: Generation, { tokens }: BuiltPrompt): void {
    const { billing, log } = this.options;
    billing
      .shrinkHold(userId, { generationId: id, promptTokens: toHeldTokens(tokens), maxTokens })
      .catch((error) => log.warn({ action: 'generation.hold-not-shrunk', generationId: id, error }));
  }
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
