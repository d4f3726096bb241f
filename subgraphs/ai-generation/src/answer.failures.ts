import { AppError } from '@vibecode/platform/errors';
import type { AnswerChanges, AnswerProblem } from './answer/answer.changes.ts';
import { AnswerFilteredError, GenerationFailure, ModelUnavailableError } from './errors.ts';
import type { Model, ModelEnd } from './models/model.ts';

/**
 * Why an answer cannot be used, or null. The rule is one: it is used as a whole or not at all, so that a project never holds half of
 * a change.
 *
 * @param model null where it is not known any more
 */
export function findAnswerFailure({
  changes,
  end,
  model,
  maxTokens,
}: {
  readonly changes: AnswerChanges;
  readonly end: ModelEnd;
  readonly model: Model | null;
  readonly maxTokens: number;
}): AppError | null {
  if (model !== null && end.reason === 'filtered') return toFilteredFailure(changes, model);
  const isCut = changes.problems.some(({ code }) => code === 'CUT_OFF');
  if (end.reason === 'length' || (model === null && isCut)) return toTruncatedFailure(changes, maxTokens);
  if (isCut && model !== null) return toBrokenFailure(changes, model);
  if (changes.problems.length > 0) return toProblemFailure(changes.problems);
  if (changes.toChangeset().length > 0) return null;
  return changes.leftAlone.length > 0 ? toLockedFailure(changes.leftAlone) : toNoFilesFailure(changes);
}

function toProblemFailure(problems: readonly AnswerProblem[]): GenerationFailure {
  const messages = problems.map(({ message }) => message).join(' ');
  return new GenerationFailure(
    'GENERATION_ANSWER_INVALID',
    `The model's answer cannot be used: ${messages} Nothing was written.`,
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

function toNoFilesFailure({ notes, paths }: AnswerChanges): GenerationFailure {
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

function toTruncatedFailure(changes: AnswerChanges, maxTokens: number): GenerationFailure {
  return new GenerationFailure(
    'GENERATION_TRUNCATED',
    `The answer reached its limit of ${maxTokens} tokens, or of the model's context. ${describeCut(changes)} Ask again with a higher maxTokens, or for less.`,
  );
}

function toFilteredFailure(changes: AnswerChanges, model: Model): GenerationFailure {
  return new AnswerFilteredError(model, `its content rules ended the answer. ${describeCut(changes)}`);
}

/** An answer that ended without its end. */
function toBrokenFailure(changes: AnswerChanges, model: Model): AppError {
  return new ModelUnavailableError(model, `its answer broke off before its end. ${describeCut(changes)}`);
}

/** An error in the middle of an answer, with what was cut by it; any other error as it is. */
export function withCut(error: unknown, changes: AnswerChanges): unknown {
  if (!(error instanceof AppError)) return error;
  const failure = new GenerationFailure(
    error.code as 'GENERATION_MODEL_UNAVAILABLE',
    `${error.message} ${describeCut(changes)}`,
    {
      details: error.details,
      cause: error,
    },
  );
  return failure;
}

/** Which file was cut, and which were whole by then. */
function describeCut(changes: AnswerChanges): string {
  const cut = changes.problems.filter(({ code }) => code === 'CUT_OFF').map(({ message }) => message);
  const whole = changes.paths.map((path) => `'${path}'`).join(', ');
  return [
    ...(cut.length > 0 ? cut : ['It was cut off between files, so some may be missing.']),
    ...(whole === '' ? [] : [`Whole by then: ${whole}.`]),
    'Nothing was written.',
  ].join(' ');
}
