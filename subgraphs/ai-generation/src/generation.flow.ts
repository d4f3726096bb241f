/** How a generation asks its model. */
export enum GenerationFlow {
  /** Whichever of the two the model and the request are fit for; see `chooseFlow`. */
  AUTO = 'AUTO',
  /** By one call. */
  SINGLE = 'SINGLE',
  /** By one call for each of `STEPS`. */
  STEPS = 'STEPS',
}

/** The steps of a generation in steps, in order. */
export const STEPS = ['plan', 'manifest', 'dependencies', 'components', 'tests'] as const;

export type StepName = (typeof STEPS)[number];

/** A call that mends what has failed when it was run. */
export const REPAIR = 'repair';

export const MOST_REPAIRS = 2;

/** Models with less context seldom keep to a plan over several answers. */
export const LEAST_STEPS_CONTEXT_TOKENS = 65_536;

/** What a choice between the flows goes by. */
export interface FlowInput {
  /** Of the model; null when unknown. */
  readonly contextTokens: number | null;
  readonly provider: string;
  /** Whether it answers: one that takes over for it may be a blueprint. */
  readonly available: boolean;
  /** Whether it follows another generation. */
  readonly isFollowUp: boolean;
  /** The newest version of the project; 0 for a new one. */
  readonly headVersion: number;
}

/** STEPS for the first request of a new project, by a language model that says that it has context enough; else SINGLE. */
export function chooseFlow({ contextTokens, provider, available, isFollowUp, headVersion }: FlowInput): GenerationFlow {
  const isFirst = !isFollowUp && headVersion === 0;
  const hasRoom = contextTokens !== null && contextTokens >= LEAST_STEPS_CONTEXT_TOKENS;
  return isFirst && hasRoom && available && provider !== 'blueprint' ? GenerationFlow.STEPS : GenerationFlow.SINGLE;
}

/**
 * How often the model may be asked: by its flow, and to repair what it made. What waits for a review is not run before it is
 * accepted, and settled when it is offered, so that there is nothing to repair.
 */
export function countCalls(flow: GenerationFlow, maxRepairs: number, review: boolean): number {
  return (flow === GenerationFlow.STEPS ? STEPS.length : 1) + (review ? 0 : maxRepairs);
}
