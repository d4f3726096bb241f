import { setImmediate as nextTurn } from 'node:timers/promises';
import { toFileBlock } from '../answer/answer.blocks.ts';
import { ModelUnavailableError } from '../errors.ts';
import type { TemplateCatalogue } from '../templates/template.catalogue.ts';
import { estimateTokens, type Model, type ModelChunk, type ModelRequest } from './model.ts';

/**
 * Answers without a language model: with the template that retrieval found best, its parameters filled from the prompt, in the
 * same text a model would stream. It says so, and nothing is slowed down to look like thinking.
 *
 * @param catalogue what knows the parameters of templates; any other template is answered as it is
 */
export function createBlueprintModel(catalogue: TemplateCatalogue): Model {
  const identity = { id: 'blueprint', provider: 'blueprint' };

  async function* stream({
    prompt,
    templates,
    delimiter,
    maxTokens,
    signal,
  }: ModelRequest): AsyncGenerator<ModelChunk> {
    signal.throwIfAborted();
    const best = templates[0]?.template;
    if (!best) throw new ModelUnavailableError(identity, 'there is no template to make something from.');
    const blocks = catalogue
      .instantiate(best.files, prompt)
      .map(({ path, content }) => toFileBlock(path, content, delimiter));
    const answer = `This is the blueprint "${best.title}", made without a language model.\n\n${blocks.join('\n')}`;
    let tokens = 0;
    for (const text of toPieces(answer)) {
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

/** Pieces of a token or a few, as a model gives them. */
function toPieces(text: string): string[] {
  return text.match(/\s*\S{1,12}|\s+$/g) ?? [];
}
