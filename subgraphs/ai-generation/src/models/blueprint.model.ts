import { setImmediate as nextTurn } from 'node:timers/promises';
import { toFileBlock } from '../answer/answer.blocks.ts';
import { ModelUnavailableError } from '../errors.ts';
import { estimateTokens, type Model, type ModelChunk, type ModelRequest, type TemplateContent } from './model.ts';

/**
 * Answers without a language model: with the template that retrieval found best, named after the prompt, in the same text a
 * model would stream. It says so, and nothing is slowed down to look like thinking.
 */
export function createBlueprintModel(): Model {
  const identity = { id: 'blueprint', provider: 'blueprint' };

  async function* stream({ prompt, templates, maxTokens, signal }: ModelRequest): AsyncGenerator<ModelChunk> {
    signal.throwIfAborted();
    const best = templates[0];
    if (!best) throw new ModelUnavailableError(identity, 'there is no template to make something from.');
    let tokens = 0;
    for (const text of toPieces(toAnswer(best.template, prompt))) {
      const pieceTokens = estimateTokens(text);
      if (tokens + pieceTokens > maxTokens) {
        yield { text: '', tokens: 0, end: { reason: 'length' } };
        return;
      }
      tokens += pieceTokens;
      yield { text, tokens: pieceTokens };
      // Lets a cancellation be heard, and others have their turn.
      await nextTurn();
      signal.throwIfAborted();
    }
    yield { text: '', tokens: 0, end: { reason: 'stop' } };
  }

  return { ...identity, probe: async () => ({ available: true, contextTokens: null }), stream };
}

function toAnswer({ title, files }: TemplateContent, prompt: string): string {
  const name = toName(prompt) || title;
  const blocks = files.map(({ path, content }) => toFileBlock(path, content.replaceAll(title, name)));
  return `This is the blueprint "${title}", made without a language model.\n\n${blocks.join('\n')}`;
}

/** The first words of a prompt, in characters that are safe in any string, comment or heading. */
function toName(prompt: string): string {
  const words = prompt.match(/[\p{L}\p{N}-]+/gu) ?? [];
  return words.slice(0, 6).join(' ').slice(0, 60);
}

/** Pieces of a token or a few, as a model gives them. */
function toPieces(text: string): string[] {
  return text.match(/\s*\S{1,12}|\s+$/g) ?? [];
}
