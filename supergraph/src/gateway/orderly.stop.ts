import type { Logger } from '@vibecode/platform/log';

/** Stops the gateway. @returns the exit code of its process: 1 when it could not stop in order, which is logged */
export async function stopInOrder(running: AsyncDisposable, log: Logger): Promise<0 | 1> {
  try {
    await running[Symbol.asyncDispose]();
    return 0;
  } catch (error) {
    log.error(
      { action: 'gateway.stop-failed', error },
      'The gateway could not stop in order. Requests in flight may have been cut off.',
    );
    return 1;
  }
}
