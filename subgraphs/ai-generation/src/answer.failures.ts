import { AppError } from '@vibecode/platform/errors';
import type { AnswerChanges, AnswerProblem } from './answer/answer.changes.ts';
import { joinProposals, type ProposedChange } from './answer/answer.proposal.ts';
import { AnswerFilteredError, GenerationFailure, ModelUnavailableError } from './errors.ts';
import type { CutAnswer } from './generation.outcome.ts';
import type { Model, ModelEnd } from './models/model.ts';

const NOTHING_WRITTEN = 'Nothing was written.';

/**
 * Why an answer cannot be used, or null. The rule is one: it is used as a whole or not at all, so that a project never holds half of
 * a change.
 *
 * @param model null where it is not known any more
 * @param needsFiles whether an answer without changes is a failure. Default: it is
 * @param consequence what became of the answer, as a sentence. Default: nothing was written
 */
export function findAnswerFailure({
  changes,
  end,
  model,
  maxTokens,
  needsFiles = true,
  consequence = NOTHING_WRITTEN,
}: {
  readonly changes: AnswerChanges;
  readonly end: ModelEnd;
  readonly model: Model | null;
  readonly maxTokens: number;
  readonly needsFiles?: boolean;
  readonly consequence?: string;
}): AppError | null {
  if (model !== null && end.reason === 'filtered') return toFilteredFailure(changes, model, consequence);
  const isCut = changes.problems.some(({ code }) => code === 'CUT_OFF');
  if (end.reason === 'length' || (model === null && isCut)) return toTruncatedFailure(changes, maxTokens, consequence);
  if (isCut && model !== null) return toBrokenFailure(changes, model, consequence);
  if (changes.problems.length > 0) return toProblemFailure(changes.problems, consequence);
  if (!needsFiles || changes.toProposal().length > 0) return null;
  return changes.leftAlone.length > 0 ? toLockedFailure(changes.leftAlone) : toNoFilesFailure(changes);
}

function toProblemFailure(problems: readonly AnswerProblem[], consequence: string): GenerationFailure {
  const messages = problems.map(({ message }) => message).join(' ');
  return new GenerationFailure(
    'GENERATION_ANSWER_INVALID',
    `The model's answer cannot be used: ${messages} ${consequence}`,
  );
}

/** All that an answer would change is locked. */
export function toLockedFailure(paths: readonly string[]): GenerationFailure {
  const names = paths.map((path) => `'${path}'`).join(', ');
  return new GenerationFailure(
    'GENERATION_PATHS_LOCKED',
    `The answer would change locked paths only: ${names}. Nothing was written. Unlock them, or ask for other changes.`,
  );
}

export function toNoFilesFailure({ notes, paths }: Pick<AnswerChanges, 'notes' | 'paths'>): GenerationFailure {
  if (paths.length > 0) {
    return new GenerationFailure(
      'GENERATION_NO_FILES',
      'The answer changes nothing: the files hold already what it writes. Say more precisely what to change.',
    );
  }
  const said = notes.length === 0 ? '' : ` ${notes.join(' ')}`;
  return new GenerationFailure(
    'GENERATION_NO_FILES',
    `The model answered without a file.${said} Say more precisely what to make, or choose another model.`,
  );
}

function toTruncatedFailure(changes: AnswerChanges, maxTokens: number, consequence: string): GenerationFailure {
  return new GenerationFailure(
    'GENERATION_TRUNCATED',
    `The answer reached its limit of ${maxTokens} tokens, or of the model's context. ${describeCut(changes, consequence)} To continue it, start a generation with this one as parentId: it keeps the whole files, and writes the others. Or ask again with a higher maxTokens, or for less.`,
  );
}

function toFilteredFailure(changes: AnswerChanges, model: Model, consequence: string): GenerationFailure {
  return new AnswerFilteredError(model, `its content rules ended the answer. ${describeCut(changes, consequence)}`);
}

/** An answer that ended without its end. */
function toBrokenFailure(changes: AnswerChanges, model: Model, consequence: string): AppError {
  return new ModelUnavailableError(model, `its answer broke off before its end. ${describeCut(changes, consequence)}`);
}

/** An error in the middle of an answer, with what was cut by it; any other error as it is. */
export function withCut(error: unknown, changes: AnswerChanges, consequence = NOTHING_WRITTEN): unknown {
  if (!(error instanceof AppError)) return error;
  const failure = new GenerationFailure(
    error.code as 'GENERATION_MODEL_UNAVAILABLE',
    `${error.message} ${describeCut(changes, consequence)}`,
    {
      details: error.details,
      cause: error,
    },
  );
  return failure;
}

/** Which file was cut, and which were whole by then. */
function describeCut(changes: AnswerChanges, consequence: string): string {
  const cut = changes.problems.filter(({ code }) => code === 'CUT_OFF').map(({ message }) => message);
  const whole = changes.paths.map((path) => `'${path}'`).join(', ');
  return [
    ...(cut.length > 0 ? cut : ['It was cut off between files, so some may be missing.']),
    ...(whole === '' ? [] : [`Whole by then: ${whole}.`]),
    consequence,
  ].join(' ');
}

/** What of an answer that reached its limit a later one can go on from. */
export function toCutAnswer(changes: AnswerChanges, earlier: readonly ProposedChange[]): CutAnswer {
  const cut = changes.problems.flatMap(({ code, path }) => (code === 'CUT_OFF' && path !== '' ? [path] : []));
  return { changes: joinProposals(earlier, changes.toProposal()), paths: [...new Set(cut)] };
}
