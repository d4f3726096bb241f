/**
 * Messages to whoever listens at this moment, in every process: wake-ups and revocations. Messages of one sender on one
 * channel keep their order. Delivery is at most once: a listener that must miss nothing keeps the facts elsewhere, takes
 * the message as a hint to look, and looks again on `onGap`.
 */
export interface Broadcast extends AsyncDisposable {
  publish(channel: string, message: string): Promise<void>;
  /**
   * Resolves when messages published from then on will arrive.
   *
   * @param listener must not throw; an error is logged and the other listeners still run
   * @param onGap called when messages may have been missed and the subscription stands again
   * @returns disposing it ends the subscription
   */
  subscribe(channel: string, listener: (message: string) => void, onGap?: () => void): Promise<AsyncDisposable>;
}
