import type { AnswerChanges } from './answer/answer.changes.ts';
import type { AnswerEvent } from './answer/answer.event.ts';
import { AnswerParser } from './answer/answer.parser.ts';
import type { EventWriter } from './event.writer.ts';
import type { ModelChunk, ModelEnd } from './models/model.ts';
import { doInTurns } from './turns.ts';

/** A model's answer, while and after it comes. */
export interface ModelAnswer {
  readonly changes: AnswerChanges;
  text: string;
  promptTokens: number;
  completionTokens: number;
  firstTokenAt: Date | null;
}

export interface ReadAnswerInput {
  readonly chunks: AsyncIterable<ModelChunk>;
  /** What was produced so far; this answer is added to it. */
  readonly answer: ModelAnswer;
  readonly writer: EventWriter;
  readonly delimiter: string;
  /** The most tokens that all answers may have together. */
  readonly maxTokens: number;
  /** Called when the first text or call of a tool has come. */
  readonly onFirst: () => void;
}

/**
 * Passes on a model's answer as it comes, and counts its tokens: by what has come, or by what the provider says, once it does.
 *
 * @throws what the model throws, once everything that came before it has been taken
 */
export async function readAnswer(input: ReadAnswerInput): Promise<ModelEnd> {
  const { answer, writer, maxTokens, delimiter, onFirst } = input;
  const parser = new AnswerParser({ delimiter });
  const text = createTextJoiner();
  const before = answer.completionTokens;
  let counted = 0;
  let streamed = 0;
  const take = async (events: readonly AnswerEvent[]) => {
    for (const event of events) {
      const told = await doInTurns(answer.changes.addInSteps(event));
      if (told.length > 0) writer.write(...told);
    }
  };
  const begin = () => {
    if (answer.firstTokenAt !== null) return;
    answer.firstTokenAt = new Date();
    onFirst();
  };
  const write = async (piece: string) => {
    if (piece === '') return;
    answer.text += piece;
    writer.writeText(piece);
    begin();
    await take(parser.push(piece));
  };
  let end: ModelEnd | null = null;
  try {
    for await (const chunk of input.chunks) {
      streamed += chunk.tokens;
      counted = chunk.usage?.completionTokens ?? counted + chunk.tokens;
      answer.completionTokens = before + counted;
      await write(text.push(chunk.text));
      if (chunk.toolCalls) {
        parser.pushToolCalls(chunk.toolCalls);
        begin();
      }
      if (chunk.areCallsWhole) await take(parser.endToolCalls());
      end = chunk.end ?? end;
      // The provider was told the limit; one that ignores it is stopped here.
      if (!chunk.end && before + streamed >= maxTokens) end = { reason: 'length' };
      if (end) break;
    }
  } catch (error) {
    await take(parser.end('cut'));
    throw error;
  }
  await write(text.end());
  end ??= { reason: 'unsaid' };
  await take(parser.end(end.reason));
  answer.completionTokens = before + (end.completionTokens ?? counted);
  return end;
}

/** Puts characters together again that a provider cut in two, and leaves out what a database cannot hold. */
function createTextJoiner(): { push(text: string): string; end(): string } {
  let half = '';
  return {
    push(text) {
      const joined = half + text;
      const last = joined.charCodeAt(joined.length - 1);
      half = last >= 0xd800 && last <= 0xdbff ? joined.slice(-1) : '';
      return joined
        .slice(0, joined.length - half.length)
        .replaceAll('\0', '')
        .toWellFormed();
    },
    end: () => half.toWellFormed(),
  };
}
