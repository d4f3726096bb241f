import type { Logger } from '@vibecode/platform/log';
import { AnswerChanges } from './answer/answer.changes.ts';
import { AnswerParser } from './answer/answer.parser.ts';
import type { BillingClient } from './billing.client.ts';
import { ModelUnavailableError } from './errors.ts';
import type { EventWriter } from './event.writer.ts';
import type { Generation, Produced, StoredMatch } from './generation.entity.ts';
import { GenerationStatus } from './generation.status.ts';
import type { ModelGuard } from './models/model.guard.ts';
import type { ListedModel, ModelRegistry } from './models/model.registry.ts';
import type { Model, ModelChunk, ModelEnd, ModelRequest } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';
import type { BuiltPrompt, PromptBuilder } from './prompt.builder.ts';
import type { TemplateSearch } from './template.search.ts';
import { toHeldTokens, toPromptBudget } from './token.budget.ts';

/** A model's answer, while and after it comes. */
export interface ModelAnswer {
  readonly changes: AnswerChanges;
  text: string;
  promptTokens: number;
  completionTokens: number;
  firstTokenAt: Date | null;
}

export interface StreamInput {
  readonly generation: Generation;
  readonly writer: EventWriter;
  readonly signal: AbortSignal;
  /** Called as soon as a model is asked: what it has answered is charged even when it is stopped. */
  readonly onAnswer: (answer: ModelAnswer) => void;
  /** Called at the first token, when it is certain which model answers. */
  readonly onFirstToken: (asked: {
    templates: StoredMatch[];
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
  readonly log: Logger;
}

const RETRIEVED_TEMPLATES = 3;

/** Retrieves, builds the prompt, asks the model, and passes on what it answers as it comes. */
export class AnswerStreamer {
  constructor(readonly options: AnswerStreamerOptions) {}

  async stream({ generation, writer, signal, onAnswer, onFirstToken }: StreamInput): Promise<ModelAnswer> {
    const { registry, templates, projects } = this.options;
    const { prompt, language, framework, maxTokens } = generation;
    const [matches, listed, files] = await Promise.all([
      templates.search({ query: prompt, language, framework, first: RETRIEVED_TEMPLATES, signal }),
      registry.get(generation.model),
      projects.readFiles(generation.userId, generation.projectId, signal),
    ]);
    signal.throwIfAborted();
    const built = this.options.buildPrompt({
      prompt,
      language,
      framework,
      templates: matches,
      files,
      budgetTokens: toPromptBudget(prompt, maxTokens, listed.contextTokens),
    });
    this.#shrinkHold(generation, built);
    writer.write({ type: 'StatusChanged', status: GenerationStatus.STREAMING });

    const request = { prompt, messages: built.messages, templates: matches, language, framework, maxTokens, signal };
    const { model, chunks } = await this.#open(listed, request);
    const stored = matches.map(({ template, score }) => ({ templateId: template.id, score }));
    const answer: ModelAnswer = {
      changes: new AnswerChanges(),
      text: '',
      promptTokens: built.tokens,
      completionTokens: 0,
      firstTokenAt: null,
    };
    onAnswer(answer);
    const onFirst = () => {
      onFirstToken({
        templates: stored,
        promptSha256: built.sha256,
        promptTokens: built.tokens,
        model: model.id,
        provider: model.provider,
      });
    };
    const end = await readAnswer({ chunks, answer, writer, maxTokens, onFirst });
    // Charging more than was held could pass the user's cap.
    answer.promptTokens = Math.min(end.promptTokens ?? built.tokens, toHeldTokens(built.tokens));
    answer.completionTokens = Math.min(end.completionTokens ?? answer.completionTokens, maxTokens);
    return answer;
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
      if (!fallback) throw error;
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

export function toProduced({ text, promptTokens, completionTokens, firstTokenAt }: ModelAnswer): Produced {
  return { text, promptTokens, completionTokens, firstTokenAt };
}

async function readAnswer({
  chunks,
  answer,
  writer,
  maxTokens,
  onFirst,
}: {
  chunks: AsyncIterable<ModelChunk>;
  answer: ModelAnswer;
  writer: EventWriter;
  maxTokens: number;
  onFirst: () => void;
}): Promise<ModelEnd> {
  const parser = new AnswerParser();
  let end: ModelEnd = { reason: 'stop' };
  for await (const chunk of chunks) {
    // PostgreSQL takes neither NUL nor half of a surrogate pair.
    const text = chunk.text.replaceAll('\0', '').toWellFormed();
    answer.completionTokens += chunk.tokens;
    if (text !== '') {
      answer.text += text;
      writer.writeText(text);
      const events = parser.push(text).flatMap((event) => answer.changes.add(event));
      if (events.length > 0) writer.write(...events);
      if (answer.firstTokenAt === null) {
        answer.firstTokenAt = new Date();
        onFirst();
      }
    }
    if (chunk.end) end = chunk.end;
    else if (answer.completionTokens >= maxTokens) {
      // The provider was told the limit; one that ignores it is stopped here.
      end = { reason: 'length' };
      break;
    }
  }
  const events = parser.end(end.reason).flatMap((event) => answer.changes.add(event));
  if (events.length > 0) writer.write(...events);
  return end;
}
