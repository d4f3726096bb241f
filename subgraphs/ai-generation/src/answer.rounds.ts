import { GenerationFailure } from './errors.ts';
import { isReading } from './model.tools.ts';
import {
  estimateTokens,
  type ModelChunk,
  type ModelEnd,
  type ModelMessage,
  type ToolCall,
  type ToolCallPiece,
} from './models/model.ts';
import { ToolCallCollector } from './models/tool.calls.ts';

/** More rounds than any model needs that gets on. */
const MOST_ROUNDS = 8;
/** A model that repeats itself asks for no more than so many in one round. */
const MOST_CALLS = 32;
/** With less left, a further round would only be cut. */
const LEAST_TOKENS = 48;

export interface RoundsOptions {
  /** The first round's answer. */
  readonly chunks: AsyncIterable<ModelChunk>;
  readonly messages: readonly ModelMessage[];
  /** The most tokens that all rounds may answer with together. */
  readonly maxTokens: number;
  /** The most tokens that calls and their answers may add to the prompt. */
  readonly roomTokens: number;
  /** Asks the same model to go on. */
  readonly ask: (request: {
    readonly messages: readonly ModelMessage[];
    /** Whether it may call no more tools. */
    readonly mustAnswer: boolean;
    readonly maxTokens: number;
  }) => Promise<AsyncIterable<ModelChunk>>;
  /** Answers a call; what it writes has been read before. */
  readonly answer: (call: ToolCall, roomTokens: number) => string;
}

interface Round {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly end: ModelEnd;
  readonly tokens: number;
}

/**
 * A model's answer in as many rounds as it calls tools, as one stream: its calls are answered, and it goes on. Only the last chunk
 * ends the answer; its tokens are those of all rounds. Calls that read are left out of the stream, calls that write come whole, at
 * the end of their round.
 *
 * @throws GenerationFailure when it still calls tools in the last round, where it may not
 */
export async function* answerInRounds(options: RoundsOptions): AsyncGenerator<ModelChunk> {
  const { maxTokens, ask, answer } = options;
  let { chunks, messages, roomTokens } = options;
  let spent = 0;
  let isLast = false;
  let promptTokens: number | undefined;
  for (let round = 1; ; round += 1) {
    const { text, calls, end, tokens } = yield* readRound(chunks, round, spent);
    spent += end.completionTokens ?? tokens;
    if (end.promptTokens !== undefined) promptTokens = (promptTokens ?? 0) + end.promptTokens;
    const isWaiting = calls.length > 0 && (end.reason === 'stop' || end.reason === 'unsaid');
    if (isWaiting) yield { text: '', tokens: 0, toolCalls: toPieces(calls), areCallsWhole: true };
    if (isWaiting && isLast) {
      const words = `The model still called tools in its round ${round}, the last that it has. Ask for less, or name the files that it needs.`;
      throw new GenerationFailure('GENERATION_ANSWER_INVALID', words);
    }
    const left = maxTokens - spent;
    if (!isWaiting || left < LEAST_TOKENS) {
      const usage = { ...(promptTokens !== undefined && { promptTokens }), completionTokens: spent };
      yield { text: '', tokens: 0, end: { ...usage, reason: isWaiting ? 'length' : end.reason } };
      return;
    }
    // The next round does not go on in the last line of this one.
    if (text !== '') yield { text: '\n\n', tokens: 0 };
    const answered: ModelMessage[] = [{ role: 'assistant', content: text, toolCalls: calls }];
    roomTokens -= estimateTokens(text + calls.map(({ argumentsText }) => argumentsText).join(''));
    for (const call of calls) {
      const content = answer(call, Math.max(0, roomTokens));
      roomTokens -= estimateTokens(content);
      answered.push({ role: 'tool', content, answers: call });
    }
    messages = [...messages, ...answered];
    isLast = roomTokens <= 0 || round === MOST_ROUNDS - 1;
    chunks = await ask({ messages, mustAnswer: isLast, maxTokens: left });
  }
}

/** Passes on all but calls and the end, and gathers those. */
async function* readRound(
  chunks: AsyncIterable<ModelChunk>,
  round: number,
  spent: number,
): AsyncGenerator<ModelChunk, Round> {
  const calls = new ToolCallCollector();
  let text = '';
  let tokens = 0;
  let end: ModelEnd | null = null;
  for await (const { toolCalls = [], end: ended, usage, ...chunk } of chunks) {
    text += chunk.text;
    tokens += chunk.tokens;
    for (const piece of toolCalls) if (calls.size < MOST_CALLS || piece.name === '') calls.push(piece);
    end = ended ?? end;
    const total =
      usage?.completionTokens === undefined ? usage : { ...usage, completionTokens: usage.completionTokens + spent };
    yield { ...chunk, ...(total && { usage: total }) };
  }
  return {
    text,
    tokens,
    end: end ?? { reason: 'unsaid' },
    calls: calls.list().map(({ id, ...call }, at) => ({ id: id ?? `call_${round}_${at + 1}`, ...call })),
  };
}

function toPieces(calls: readonly ToolCall[]): readonly ToolCallPiece[] {
  return calls
    .filter((call) => !isReading(call))
    .map(({ name, argumentsText }, index) => ({ index, name, argumentsText }));
}
