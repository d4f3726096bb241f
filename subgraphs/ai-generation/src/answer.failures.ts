import type { AnswerProblem } from './answer/answer.changes.ts';
import { GenerationFailure } from './errors.ts';

/** An answer is used as a whole or not at all. */
export function toProblemFailure(problems: readonly AnswerProblem[], maxTokens: number): GenerationFailure {
  const cut = problems.find(({ code }) => code === 'CUT_OFF');
  if (cut) {
    return new GenerationFailure(
      'GENERATION_TRUNCATED',
      `${cut.message} It may take ${maxTokens} tokens; ask again with a higher maxTokens, or for less. Nothing was written.`,
    );
  }
  const messages = problems.map(({ message }) => message).join(' ');
  return new GenerationFailure(
    'GENERATION_ANSWER_INVALID',
    `The model's answer cannot be used: ${messages} Nothing was written.`,
  );
}

export function toNoFilesFailure(): GenerationFailure {
  return new GenerationFailure(
    'GENERATION_NO_FILES',
    'The model answered without a file. Say more precisely what to make, or choose another model.',
  );
}
