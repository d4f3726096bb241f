import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '@vibecode/platform/log';

const LOG_EVERY_MS = 10_000;

export interface ConnectionLimit {
  readonly maxPerAddress: number;
  readonly log: Logger;
}

/** Closes connections of an address that has too many open, before anything of them is read. */
export function limitConnections(server: Server, { maxPerAddress, log }: ConnectionLimit): void {
  const counts = new KeyedCount();
  let loggedMs = Number.NEGATIVE_INFINITY;
  server.on('connection', (socket: Socket) => {
    // A Unix socket's peers have no addresses: a proxy speaks for all of them.
    const { remoteAddress: address } = socket;
    if (address === undefined) return;
    if (counts.enter(address, maxPerAddress)) {
      socket.once('close', () => counts.leave(address));
      return;
    }
    socket.destroy();
    if (performance.now() - loggedMs < LOG_EVERY_MS) return;
    loggedMs = performance.now();
    log.warn(
      { action: 'gateway.connections.refused', address, maxPerAddress },
      'An address has too many connections open; further ones are closed.',
    );
  });
}

/** How many there are of each key, keys without any forgotten. */
export class KeyedCount {
  readonly #counts = new Map<string, number>();

  /** False, and nothing counted, where there are `max` already. */
  enter(key: string, max: number): boolean {
    const count = this.#counts.get(key) ?? 0;
    if (count >= max) return false;
    this.#counts.set(key, count + 1);
    return true;
  }

  leave(key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
