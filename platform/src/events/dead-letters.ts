import type { DeadLetter } from './bus.ts';

/** The events that groups gave up on and that wait for somebody to look at them. */
export interface DeadLetters extends AsyncDisposable {
  /** Of all topics and groups; those of one group oldest first. */
  list(): Promise<DeadLetter[]>;

  /**
   * Brings all that wait for a group back to it. What fails again becomes a dead letter again, with the new reason; a
   * service that has applied an event already, as other groups of its topic have, knows it by its inbox.
   *
   * @returns how many
   */
  replay(topic: string, group: string): Promise<number>;
}
