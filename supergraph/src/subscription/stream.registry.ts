import type { GraphQLFormattedError } from 'graphql';
import { refusal } from '../refusal.ts';
import type { Identity, RequestContext } from '../types.ts';
import type { EventStream } from './event.stream.ts';

export interface StreamRegistryOptions {
  /** Subscriptions open at once. Default: no limit. */
  readonly maxOpened?: number | null;
  /** Of one identity, else of one address. Default: no limit. */
  readonly maxPerClient?: number | null;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const SWEEP_MS = 500;

const EXPIRED: GraphQLFormattedError = {
  message: 'The token of this subscription has expired. Sign in again, and subscribe anew.',
  extensions: { code: 'SUBSCRIPTION_JWT_EXPIRED' },
};
const REVOKED: GraphQLFormattedError = {
  message: 'The session has ended. Sign in again.',
  extensions: { code: 'UNAUTHENTICATED', reason: 'revoked' },
};

/** The streams that run, by whose they are: for limits, and to end those whose token or session has ended. */
export class StreamRegistry implements Disposable {
  readonly #streams = new Set<EventStream>();
  readonly #streamsByOwner = new Map<string, Set<EventStream>>();
  readonly #countByClient = new Map<string, number>();
  readonly #now: () => number;
  #sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: StreamRegistryOptions = {}) {
    this.#now = options.now ?? Date.now;
  }

  [Symbol.iterator](): Iterator<EventStream> {
    return this.#streams[Symbol.iterator]();
  }

  get size(): number {
    return this.#streams.size;
  }

  /** @throws RefusedRequestError when there are too many already */
  admit(context: RequestContext): void {
    const { maxOpened, maxPerClient } = this.options;
    if (maxOpened && this.#streams.size >= maxOpened) {
      throw refusal('SUBSCRIPTION_LIMIT', `This gateway has its limit of ${maxOpened} open subscriptions. Try later.`);
    }
    if (maxPerClient && (this.#countByClient.get(toClient(context)) ?? 0) >= maxPerClient) {
      throw refusal(
        'SUBSCRIPTION_LIMIT',
        `You have ${maxPerClient} subscriptions open, which is the limit. Complete one before you start another.`,
      );
    }
  }

  add(stream: EventStream): void {
    this.#streams.add(stream);
    const owner = toOwner(stream.identity);
    if (owner) {
      const streams = this.#streamsByOwner.get(owner);
      if (streams) streams.add(stream);
      else this.#streamsByOwner.set(owner, new Set([stream]));
    }
    if (this.options.maxPerClient) {
      const client = toClient(stream.context);
      this.#countByClient.set(client, (this.#countByClient.get(client) ?? 0) + 1);
    }
    this.#sweep ??= setInterval(() => this.#endExpired(), SWEEP_MS);
  }

  remove(stream: EventStream): void {
    if (!this.#streams.delete(stream)) return;
    const owner = toOwner(stream.identity);
    const streams = owner && this.#streamsByOwner.get(owner);
    if (streams) {
      streams.delete(stream);
      if (streams.size === 0) this.#streamsByOwner.delete(owner);
    }
    if (this.options.maxPerClient) {
      const client = toClient(stream.context);
      const left = (this.#countByClient.get(client) ?? 1) - 1;
      if (left > 0) this.#countByClient.set(client, left);
      else this.#countByClient.delete(client);
    }
    if (this.#streams.size === 0) this[Symbol.dispose]();
  }

  /** A later operation of the same session brought a token: its streams live as long as the newest one. */
  renew(identity: Identity): void {
    const owner = toOwner(identity);
    if (!owner || identity.expiresAtMs === undefined) return;
    for (const stream of this.#streamsByOwner.get(owner) ?? []) {
      if ((stream.identity?.expiresAtMs ?? Number.POSITIVE_INFINITY) < identity.expiresAtMs) stream.renew(identity);
    }
  }

  endSession(sessionId: string): void {
    for (const stream of [...(this.#streamsByOwner.get(`session ${sessionId}`) ?? [])]) stream.endNow(REVOKED);
  }

  endAll(error?: GraphQLFormattedError): void {
    for (const stream of [...this.#streams]) stream.endNow(error);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #endExpired(): void {
    const now = this.#now();
    for (const stream of [...this.#streams]) {
      const expiresAtMs = stream.identity?.expiresAtMs;
      if (expiresAtMs !== undefined && expiresAtMs <= now) stream.endNow(EXPIRED);
    }
  }
}

/** Whose a stream is, over all tokens of one session. */
function toOwner(identity: Identity | null): string | null {
  if (!identity) return null;
  if (identity.sessionId) return `session ${identity.sessionId}`;
  return identity.subject ? `subject ${identity.subject}` : null;
}

function toClient({ identity, remoteAddress }: RequestContext): string {
  return (identity && (toOwner(identity) ?? identity.key)) ?? remoteAddress ?? '';
}
