import type { Position } from './config.positions.ts';

/** Something to mend in a configuration, or to know of it. */
export interface ConfigProblem extends Position {
  readonly severity: 'error' | 'warning';
  /** Dotted path of the key; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
}
