import type { GraphQLFormattedError } from 'graphql';
import type { Identity, RequestContext } from '../request/context.ts';
import { refusal } from '../request/refusal.ts';
import type { EventStream } from './event.stream.ts';

interface AdmissionLimits {
  /** Subscriptions open at once. Null: no limit. */
  readonly maxOpened: number | null;
  /** Of one identity, else of one address. Null: no limit. */
  readonly maxPerClient: number | null;
  /** How long one may be open. Null: no limit. */
  readonly maxLifetimeMs: number | null;
}

export interface StreamRegistryOptions {
  /** Asked whenever they matter, so that a reload takes effect. */
  readonly limits: () => AdmissionLimits;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const SWEEP_MS = 500;

const EXPIRED: GraphQLFormattedError = {
  message: 'The token of this subscription has expired. Sign in again, and subscribe anew.',
  extensions: { code: 'SUBSCRIPTION_JWT_EXPIRED' },
};
const OUTLIVED: GraphQLFormattedError = {
  message: 'The subscription has been open for as long as this gateway allows. Subscribe again.',
  extensions: { code: 'SUBSCRIPTION_MAX_LIFETIME_EXCEEDED' },
};
const REVOKED: GraphQLFormattedError = {
  message: 'The session has ended. Sign in again.',
  extensions: { code: 'UNAUTHENTICATED', reason: 'revoked' },
};

/** Whose a stream is, and whom it counts for: as it began, since a connection that is gone has no address any more. */
interface Registered {
  readonly owner: string | null;
  readonly client: string;
}

/** The streams that run, by whose they are: for limits, and to end those whose token or session has ended. */
export class StreamRegistry implements Disposable {
  readonly #streams = new Map<EventStream, Registered>();
  readonly #streamsByOwner = new Map<string, Set<EventStream>>();
  readonly #countByClient = new Map<string, number>();
  readonly #now: () => number;
  #sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: StreamRegistryOptions) {
    this.#now = options.now ?? Date.now;
  }

  [Symbol.iterator](): Iterator<EventStream> {
    return this.#streams.keys();
  }

  get size(): number {
    return this.#streams.size;
  }

  /**
   * @param address of the client, where that is not the one of the connection
   * @throws RefusedRequestError when there are too many already
   */
  admit(context: RequestContext, address?: string): void {
    const { maxOpened, maxPerClient } = this.options.limits();
    if (maxOpened && this.#streams.size >= maxOpened) {
      throw refusal('SUBSCRIPTION_LIMIT', `This gateway has its limit of ${maxOpened} open subscriptions. Try later.`);
    }
    if (maxPerClient && (this.#countByClient.get(toClient(context, address)) ?? 0) >= maxPerClient) {
      throw refusal(
        'SUBSCRIPTION_LIMIT',
        `You have ${maxPerClient} subscriptions open, which is the limit. Complete one before you start another.`,
      );
    }
  }

  /** @param address as for `admit` */
  add(stream: EventStream, address?: string): void {
    const owner = toOwner(stream.identity);
    const client = toClient(stream.context, address);
    this.#streams.set(stream, { owner, client });
    this.#countByClient.set(client, (this.#countByClient.get(client) ?? 0) + 1);
    if (owner) {
      const streams = this.#streamsByOwner.get(owner);
      if (streams) streams.add(stream);
      else this.#streamsByOwner.set(owner, new Set([stream]));
    }
    this.#sweep ??= setInterval(() => this.#endExpired(), SWEEP_MS);
  }

  remove(stream: EventStream): void {
    const registered = this.#streams.get(stream);
    if (!registered) return;
    const { owner, client } = registered;
    this.#streams.delete(stream);
    const streams = owner && this.#streamsByOwner.get(owner);
    if (streams) {
      streams.delete(stream);
      if (streams.size === 0) this.#streamsByOwner.delete(owner);
    }
    const left = (this.#countByClient.get(client) ?? 1) - 1;
    if (left > 0) this.#countByClient.set(client, left);
    else this.#countByClient.delete(client);
    if (this.#streams.size === 0) this[Symbol.dispose]();
  }

  /**
   * A later operation of the same session brought a token: its streams live as long as the newest one.
   * @returns the streams that have a new token, and maybe other rights
   */
  renew(identity: Identity): EventStream[] {
    const { expiresAtMs } = identity;
    const owner = this.#streams.size > 0 && toOwner(identity);
    if (!owner || expiresAtMs === undefined) return [];
    const renewed = [...(this.#streamsByOwner.get(owner) ?? [])].filter(
      (stream) => (stream.identity?.expiresAtMs ?? Number.POSITIVE_INFINITY) < expiresAtMs,
    );
    for (const stream of renewed) stream.renew(identity);
    return renewed;
  }

  endSession(sessionId: string): void {
    for (const stream of [...(this.#streamsByOwner.get(`session ${sessionId}`) ?? [])]) stream.endNow(REVOKED);
  }

  endAll(error?: GraphQLFormattedError): void {
    for (const stream of [...this.#streams.keys()]) stream.endNow(error);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #endExpired(): void {
    const now = this.#now();
    const { maxLifetimeMs } = this.options.limits();
    for (const stream of [...this.#streams.keys()]) {
      const expiresAtMs = stream.identity?.expiresAtMs;
      if (expiresAtMs !== undefined && expiresAtMs <= now) stream.endNow(EXPIRED);
      else if (maxLifetimeMs !== null && now - stream.startedAtMs >= maxLifetimeMs) stream.endNow(OUTLIVED);
    }
  }
}

/** Whose a stream is, over all tokens of one session. */
function toOwner(identity: Identity | null): string | null {
  if (!identity) return null;
  if (identity.sessionId) return `session ${identity.sessionId}`;
  return identity.subject ? `subject ${identity.subject}` : null;
}

function toClient({ identity, remoteAddress }: RequestContext, address = remoteAddress ?? ''): string {
  return (identity && (toOwner(identity) ?? identity.key)) ?? address;
}
