import type { ServerResponse } from 'node:http';

/** A client that takes nothing for so long is gone, whatever its network says. */
const STALLED_MS = 60_000;

/** Writes the SDK's answers to a client's connection, and knows when it does not keep up. */
export class Outlet {
  #isBehind = false;
  #listener: (() => void) | null = null;

  constructor(
    private readonly response: ServerResponse,
    private readonly stalledMs = STALLED_MS,
  ) {}

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Calls back once when the client has caught up; a later listener replaces one that still waits. */
  onCaughtUp(listener: () => void): void {
    if (this.#isBehind) this.#listener = listener;
    else queueMicrotask(listener);
  }

  /** Resolves when all of it is written, or the client is gone. */
  async send(answer: Response, headers: Readonly<Record<string, string>> = {}): Promise<void> {
    const { response } = this;
    if (response.destroyed) {
      await answer.body?.cancel();
      return;
    }
    response.removeHeader('set-cookie');
    const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    const sent = Object.fromEntries(answer.headers);
    delete sent.connection;
    response.writeHead(answer.status, {
      'cache-control': 'no-store',
      ...sent,
      ...headers,
      ...(isStream && { connection: 'close' }),
    });
    if (!answer.body) {
      response.end();
      return;
    }
    const reader = answer.body.getReader();
    // A stream that has failed has nothing left to cancel.
    const leave = () => void reader.cancel().catch(() => undefined);
    response.once('close', leave);
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        if (response.destroyed) return;
        if (!response.write(part.value)) await this.#drained();
      }
    } finally {
      response.off('close', leave);
    }
    response.end();
  }

  #drained(): Promise<void> {
    const { response } = this;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#isBehind = true;
    const timer = setTimeout(() => response.destroy(), this.stalledMs);
    const go = (): void => {
      clearTimeout(timer);
      response.off('drain', go);
      response.off('close', go);
      this.#isBehind = false;
      const listener = this.#listener;
      this.#listener = null;
      listener?.();
      resolve();
    };
    response.once('drain', go);
    response.once('close', go);
    return promise;
  }
}
