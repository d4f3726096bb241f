import { Cancellation, type CancelSignal } from '../request/cancellation.ts';
import type { Identity } from '../request/context.ts';
import type { WorkerChannel } from '../request/worker.channel.ts';

/** One call of a tool that runs. */
export interface OpenCall extends Disposable {
  readonly signal: CancelSignal;
  /** Whether the client has cancelled it, rather than gone away. */
  readonly isCancelled: boolean;
  cancel(): void;
  /** The client is gone, which does not say that it wants the call undone. */
  abandon(): void;
}

/** Tells the calls of clients apart. */
export interface CallKey {
  /** As `toCaller` names it. */
  readonly client: string;
  /** Of a client before 2026-07-28: its requests are numbered within its session. */
  readonly session: string | undefined;
  readonly id: unknown;
}

/** Whose calls count together: those of a verified viewer, else of an address. */
export function toCaller(identity: Identity | null, address: string | undefined): string {
  return identity ? `user:${identity.subject || identity.key}` : `ip:${address}`;
}

/** The calls that run in this process: to count those of a client, and to find the one that a client cancels. */
export class OpenCalls implements Disposable {
  readonly #byKey = new Map<string, OpenCall>();
  readonly #counts = new Map<string, number>();
  readonly #stopListening: (() => void) | undefined;

  /** @param channel to the other workers of this gateway; null where there are none */
  constructor(private readonly channel: Pick<WorkerChannel, 'announceCancelled' | 'onCancelled'> | null) {
    this.#stopListening = channel?.onCancelled((call) => this.#byKey.get(call)?.cancel());
  }

  /** @returns null when the client has as many open calls as it may */
  open(key: CallKey, max: number): OpenCall | null {
    const { client } = key;
    const count = this.#counts.get(client) ?? 0;
    if (count >= max) return null;
    this.#counts.set(client, count + 1);
    const cancellation = new Cancellation();
    const found = toText(key);
    let isCancelled = false;
    const call: OpenCall = {
      signal: cancellation,
      get isCancelled() {
        return isCancelled;
      },
      cancel() {
        if (cancellation.aborted) return;
        isCancelled = true;
        cancellation.abort(new DOMException('The client cancelled the call.', 'AbortError'));
      },
      abandon: () => cancellation.abort(new DOMException('The client is gone.', 'AbortError')),
      [Symbol.dispose]: () => {
        if (this.#byKey.get(found) === call) this.#byKey.delete(found);
        const left = (this.#counts.get(client) ?? 1) - 1;
        if (left > 0) this.#counts.set(client, left);
        else this.#counts.delete(client);
      },
    };
    this.#byKey.set(found, call);
    return call;
  }

  /** Cancels the call of this client with this id, if it runs here or at another worker. */
  cancel(key: CallKey): void {
    const found = toText(key);
    const call = this.#byKey.get(found);
    if (call) call.cancel();
    else this.channel?.announceCancelled(found);
  }

  [Symbol.dispose](): void {
    this.#stopListening?.();
  }
}

function toText({ client, session, id }: CallKey): string {
  return JSON.stringify([client, session ?? null, id]);
}
