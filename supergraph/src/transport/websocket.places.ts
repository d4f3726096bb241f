import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Identity, RequestContext } from '../request/context.ts';
import { KeyedCount } from './connection.limit.ts';
import type { SocketLimits } from './websocket.options.ts';

/** The WebSockets that are open, by address and by whoever has signed in on them. */
export class SocketPlaces {
  readonly #addresses = new KeyedCount();
  readonly #users = new KeyedCount();

  constructor(private readonly limits: SocketLimits) {}

  /** False for an address that has too many open already. */
  enter({ headers, socket: { remoteAddress } }: IncomingMessage, socket: Duplex): boolean {
    const address = this.limits.addressOf(headers as RequestContext['headers'], remoteAddress);
    if (!this.#addresses.enter(address, this.limits.maxPerAddress)) return false;
    socket.once('close', () => this.#addresses.leave(address));
    return true;
  }

  /** Asked for each viewer of one connection: false when the viewer has too many others open. */
  forUser(socket: WebSocket): (identity: Identity) => boolean {
    const users = new Set<string>();
    socket.once('close', () => {
      for (const user of users) this.#users.leave(user);
    });
    return ({ subject, key }) => {
      const user = subject || key;
      if (users.has(user)) return true;
      if (!this.#users.enter(user, this.limits.maxPerUser)) return false;
      users.add(user);
      return true;
    };
  }
}
