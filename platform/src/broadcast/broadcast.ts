/**
 * Sends messages to the current listeners in every process: wake-ups and revocations. Messages of one sender on one channel
 * keep their order. Delivery is at most once. A listener that must not miss anything reads the state from elsewhere: a message
 * is only a hint to read it, and `onGap` another one.
 */
export interface Broadcast extends AsyncDisposable {
  publish(channel: string, message: string): Promise<void>;
  /**
   * Resolves when the subscription is active: messages published after that will arrive.
   *
   * @param listener must not throw; an error is logged, and the other listeners still run
   * @param onGap called when the subscription is active again after messages may have been missed
   * @returns disposing ends the subscription
   */
  subscribe(channel: string, listener: (message: string) => void, onGap?: () => void): Promise<AsyncDisposable>;
}
