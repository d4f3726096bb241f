import type { Position } from './config.positions.ts';

/** An error or a warning about a configuration. */
export interface ConfigProblem extends Position {
  readonly severity: 'error' | 'warning';
  /** Dotted path of the key; empty for the file as a whole. */
  readonly path: string;
  /** The fault, and the expected value. */
  readonly message: string;
}
