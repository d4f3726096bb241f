import type { DeadLetter } from './bus.ts';

/** The events that consumer groups could not handle, waiting for an operator. */
export interface DeadLetters extends AsyncDisposable {
  /** Lists the dead letters of all topics and groups; those of one group with the oldest first. */
  list(): Promise<DeadLetter[]>;

  /**
   * Delivers all dead letters of a group again. An event that fails again becomes a dead letter with the new reason. Services
   * that have applied the event already, as other groups of the topic have, recognize it by their inbox.
   *
   * @returns the number of replayed dead letters
   */
  replay(topic: string, group: string): Promise<number>;
}
