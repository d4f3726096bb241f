import type { ModelAnswer } from './answer.reader.ts';
import { GenerationStatus } from './generation.status.ts';
import type { GenerationStep } from './step.entity.ts';

/** What becomes of a step with its end. */
export type StepEnd = Pick<
  GenerationStep,
  'status' | 'promptTokens' | 'completionTokens' | 'finishedAt' | 'text' | 'changes' | 'leftAlone'
>;

/** Of a step whose answer counts. */
export function toFinished({ promptTokens, completionTokens, text, changes }: ModelAnswer): StepEnd {
  return {
    ...{ promptTokens, completionTokens, text },
    status: GenerationStatus.COMPLETED,
    finishedAt: new Date(),
    changes: changes.toProposal(),
    leftAlone: changes.leftAlone,
  };
}

/** Of a step that was broken off: the tokens that were spent, and nothing of what it has made. Null: no model was asked yet. */
export function toUnfinished(
  status: GenerationStatus.FAILED | GenerationStatus.CANCELLED,
  answer: ModelAnswer | null,
): StepEnd {
  return {
    status,
    promptTokens: answer?.promptTokens ?? 0,
    completionTokens: answer?.completionTokens ?? 0,
    finishedAt: new Date(),
    text: null,
    changes: null,
    leftAlone: [],
  };
}
