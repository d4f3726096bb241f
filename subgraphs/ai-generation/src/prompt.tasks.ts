import type { REPAIR, StepName } from './generation.flow.ts';

/** What a call of the model is for, where it is not the whole request. */
export type PromptTask =
  | {
      readonly name: StepName;
      /** What the first step has planned; empty before, and where it planned nothing. */
      readonly plan: string;
    }
  | {
      readonly name: typeof REPAIR;
      /** What the run of the project has said of its failure. */
      readonly error: string;
    }
  | {
      readonly name: 'continue';
      /** Files that the answer was cut in. */
      readonly paths: readonly string[];
      /** The end of the answer. */
      readonly tail: string;
    };

/** The templates of tasks: files of the same names stand beside the prompt's. */
export const TASK_NAMES = [
  'plan',
  'manifest',
  'dependencies',
  'components',
  'tests',
  'repair',
  'continue',
] as const satisfies readonly PromptTask['name'][];

/** What a plan, an error or the end of an answer may take of the budget, at most. */
const QUOTED_SHARE = 0.2;

/** What stands in the places of a task's template. @param budgetCharacters of the whole prompt */
export function toTaskValues(task: PromptTask, budgetCharacters: number): Record<string, string> {
  const most = Math.floor(budgetCharacters * QUOTED_SHARE);
  switch (task.name) {
    case 'repair':
      return { error: toIndented(task.error.slice(-most)) };
    case 'continue': {
      const names = task.paths.map((path) => `'${path}'`).join(', ');
      const where = names === '' ? 'It was cut between two files.' : `It was cut in ${names.slice(0, most)}.`;
      const tail = task.tail.slice(-most).trim();
      return { cut: `${where}${tail === '' ? '' : ` It ended like this:\n\n${toIndented(tail)}`}\n\n` };
    }
    default: {
      const plan = task.plan.trim().slice(0, most);
      return { plan: plan === '' ? '' : `This is the plan:\n\n${toIndented(plan)}\n\n` };
    }
  }
}

/** Texts that a task quotes, in which the delimiter may not stand. */
export function toQuoted(task: PromptTask): string {
  if (task.name === 'repair') return task.error;
  return task.name === 'continue' ? task.tail : task.plan;
}

/** As Markdown has a quoted text: nothing in it begins a line, so that no tag in it is one. */
function toIndented(text: string): string {
  return text
    .toWellFormed()
    .split('\n')
    .map((line) => `    ${line}`.trimEnd())
    .join('\n');
}
