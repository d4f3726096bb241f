import { ModelUnavailableError } from '../errors.ts';
import { type ChatPiece, readChatChunk, readProviderError } from './chat.chunk.ts';
import { readFrames } from './chat.frames.ts';
import { toModelFailure } from './model.failures.ts';
import { CHARACTERS_PER_TOKEN, type EndReason, type ModelChunk, type TokenUsage } from './model.ts';

interface ModelIdentity {
  readonly id: string;
  readonly provider: string;
}

const ENDS: Readonly<Record<string, EndReason>> = {
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  model_length: 'length',
  context_length: 'length',
  content_filter: 'filtered',
  safety: 'filtered',
  recitation: 'filtered',
  prohibited_content: 'filtered',
  blocklist: 'filtered',
  refusal: 'filtered',
};
/** Ends that the server is to blame for: the answer is not whole. */
const FAULTS: ReadonlySet<string> = new Set([
  'error',
  'insufficient_system_resource',
  'abort',
  'aborted',
  'cancelled',
  'timeout',
  'malformed_function_call',
]);

/** The chunks of one answer. Its end is certain only when the server said so, by a reason or by `[DONE]`. */
export async function* readCompletion(
  identity: ModelIdentity,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ModelChunk> {
  const counter = createTokenCounter();
  let finish: string | null = null;
  let usage: TokenUsage = {};
  let isDone = false;
  let isEmpty = true;
  for await (const frame of readFrames(body)) {
    if (frame.type === 'life') yield { text: '', tokens: 0 };
    else if (frame.type === 'done') isDone = true;
    else {
      const piece = readPiece(identity, frame);
      if (piece.error) throw toModelFailure(identity, piece.error, { status: null });
      isEmpty &&= !piece.hasChoice;
      finish = piece.finish ?? finish;
      usage = { ...usage, ...piece.usage };
      // Counts alone are the last that a server sends which was asked for them.
      if (piece.usage && !piece.hasChoice && !isEmpty) isDone = true;
      yield toChunk(piece, counter);
    }
  }
  const reason = toEndReason(identity, finish, isDone && !isEmpty);
  yield { text: '', tokens: 0, end: { ...usage, reason } };
}

function readPiece(
  identity: ModelIdentity,
  { data, event, last }: { readonly data: string; readonly event: string | null; readonly last: boolean },
): ChatPiece {
  try {
    return readChatChunk(JSON.parse(data), event);
  } catch {
    // Not JSON: the reason follows from what it is instead.
    if (event === 'error') throw toModelFailure(identity, readProviderError(data), { status: null });
    if (data.trimStart().startsWith('<')) throw new ModelUnavailableError(identity, HTML_ANSWERED);
    throw new ModelUnavailableError(
      identity,
      last ? 'its answer broke off before its end.' : `its answer holds what is not JSON: ${data.slice(0, 200)}`,
    );
  }
}

export const HTML_ANSWERED = 'the server answered with HTML where JSON was expected. Is its base URL right?';

function toChunk({ text, thought, toolCalls, usage }: ChatPiece, counter: TokenCounter): ModelChunk {
  const produced = text + thought + toolCalls.map(({ name, argumentsText }) => name + argumentsText).join('');
  return {
    text,
    tokens: produced === '' ? 0 : counter.count(produced),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(usage && { usage }),
  };
}

function toEndReason(identity: ModelIdentity, finish: string | null, isDone: boolean): EndReason {
  if (finish === null) {
    if (isDone) return 'unsaid';
    throw new ModelUnavailableError(identity, 'its answer broke off before its end.');
  }
  const reason = finish.toLowerCase();
  if (FAULTS.has(reason)) throw new ModelUnavailableError(identity, `it ended its answer with '${finish}'.`);
  return ENDS[reason] ?? 'stop';
}

interface TokenCounter {
  count(text: string): number;
}

/**
 * Counts the tokens of an answer as it streams. Each chunk is at least one token, and the whole is at least what its length
 * suggests: some servers send a token a chunk, others join several.
 */
function createTokenCounter(): TokenCounter {
  let chunks = 0;
  let characters = 0;
  let total = 0;
  return {
    count(text) {
      chunks += 1;
      characters += text.length;
      const before = total;
      total = Math.max(chunks, Math.ceil(characters / CHARACTERS_PER_TOKEN));
      return total - before;
    },
  };
}
