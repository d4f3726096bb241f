import { setImmediate as nextTurn } from 'node:timers/promises';
import { toFileBlock } from '../answer/answer.blocks.ts';
import { GenerationFailure } from '../errors.ts';
import type { TemplateCatalogue, TemplateFile } from '../templates/template.catalogue.ts';
import { estimateTokens, type Model, type ModelChunk, type ModelRequest, type RetrievedTemplate } from './model.ts';

/**
 * Answers without a language model: with the template that retrieval found best, its parameters filled from the prompt, in the
 * same text a model would stream. It says so, and nothing is slowed down to look like thinking. Where no template fits the request
 * it says that instead, and it never replaces what a project holds.
 *
 * @param catalogue what knows the parameters of templates; any other template is answered as it is
 */
export function createBlueprintModel(catalogue: TemplateCatalogue): Model {
  const identity = { id: 'blueprint', provider: 'blueprint' };

  async function* stream(request: ModelRequest): AsyncGenerator<ModelChunk> {
    const { prompt, existingPaths, delimiter, maxTokens, signal } = request;
    signal.throwIfAborted();
    const best = await chooseTemplate(request);
    const files = catalogue.instantiate(best.files, prompt);
    assertBeside(best.title, files, existingPaths);
    const blocks = files.map(({ path, content }) => toFileBlock(path, content, delimiter));
    const beside = existingPaths.length === 0 ? '' : ' Its files stand beside those that the project holds.';
    const answer = `This is the blueprint "${best.title}", made without a language model.${beside}\n\n${blocks.join('\n')}`;
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

/** @throws GenerationFailure when none is like the request, in the language of the project */
async function chooseTemplate({
  templates,
  language,
  leastScore,
}: ModelRequest): Promise<RetrievedTemplate['template']> {
  const [nearest] = templates;
  const fitting = templates.find(({ template }) => language === null || template.language === language);
  const least = await leastScore();
  if (fitting && fitting.score >= least) return fitting.template;
  const hint =
    nearest === undefined
      ? ''
      : ` The nearest is "${nearest.template.title}" in ${nearest.template.language}, with a score of ${nearest.score.toFixed(2)} where ${least.toFixed(2)} is needed.`;
  throw new GenerationFailure(
    'GENERATION_NOTHING_FITS',
    `No blueprint fits this request${language === null ? '' : ` in ${language}`}.${hint} Choose a language model, or ask for something else.`,
    { details: { leastScore: least, nearest: nearest?.template.title ?? null, score: nearest?.score ?? null } },
  );
}

/** @throws GenerationFailure when a file of the template is there already */
function assertBeside(title: string, files: readonly TemplateFile[], existingPaths: readonly string[]): void {
  const existing = new Set(existingPaths.map((path) => path.toLowerCase()));
  const taken = files.map(({ path }) => path).filter((path) => existing.has(path.toLowerCase()));
  if (taken.length === 0) return;
  throw new GenerationFailure(
    'GENERATION_NOTHING_FITS',
    `The blueprint "${title}" would replace ${taken.map((path) => `'${path}'`).join(', ')} of this project, and a blueprint never changes what is there. Choose a language model, or an empty project.`,
    { details: { existing: taken } },
  );
}

/** Pieces of a token or a few, as a model gives them. */
function toPieces(text: string): string[] {
  return text.match(/\s*\S{1,12}|\s+$/g) ?? [];
}
