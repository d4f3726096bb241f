import type { AppError } from '@vibecode/platform/errors';
import type { RouterConfig } from '../config/config.schema.ts';
import type { RequestContext } from '../request/context.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { findClientAddress, type RateLimit, RateLimitedError, toAddressKey, toClientKey } from './rate.limit.ts';
import { countRootFields } from './root.fields.ts';

type RateLimitConfig = NonNullable<RouterConfig['rate_limit']>;

/** Where a request comes from, and whose it is. */
export type Client = Pick<RequestContext, 'headers' | 'remoteAddress' | 'identity' | 'setHeader'>;

/** What verifying a credential that is not known yet costs its address. */
export interface VerificationBudget {
  /** Takes one from the address's budget. Rejects with a RateLimitedError when nothing is left. */
  take(): Promise<void>;
  /** The credential was right. */
  giveBack(): void;
}

/** What clients may still ask in an interval. All of it counts in one place: requests, refused credentials, malformed bodies. */
export interface RequestBudget {
  /** Counts an operation of its viewer, else its address. Rejects with a RateLimitedError beyond the limit. */
  count(client: Client): Promise<void>;
  /** Counts a request that could not be read, on the address and on the viewer. Rejects as above. */
  countMalformed(client: Client): Promise<void>;
  /**
   * Counts operations that anybody may ask on their address, whoever signs the request: once for each field that
   * `count_by_address` names. Rejects as above. Undefined for an operation without any.
   */
  countAnonymous(operation: ParsedOperation, client: Client): Promise<void> | undefined;
  /**
   * Refuses a client that is known to have nothing left, before its body is read.
   * @throws RateLimitedError
   */
  assertOpen(client: Client): void;
  forVerification(client: Pick<Client, 'headers' | 'remoteAddress'>): VerificationBudget;
}

export function createRequestBudget(
  { by, client_ip_header: header, count_by_address: byAddress }: RateLimitConfig,
  limit: RateLimit,
): RequestBudget {
  const anonymous = new Set(byAddress);
  const counted = new WeakMap<ParsedOperation, number>();
  const addressOf = ({ headers, remoteAddress }: Pick<Client, 'headers' | 'remoteAddress'>): string =>
    findClientAddress(header, headers, remoteAddress);
  const keyOf = (client: Client): string => toClientKey(by, client.identity, addressOf(client));

  async function countOn(key: string, client: Client, points = 1): Promise<void> {
    const { allowed, headers } = await limit.admit(key, points);
    for (const [name, value] of Object.entries(headers)) client.setHeader?.(name, value);
    if (!allowed) throw new RateLimitedError(headers);
  }

  return {
    count: (client) => countOn(keyOf(client), client),
    async countMalformed(client) {
      const keys = new Set([toAddressKey(addressOf(client)), keyOf(client)]);
      await Promise.all([...keys].map((key) => countOn(key, client)));
    },
    countAnonymous(operation, client) {
      if (anonymous.size === 0) return undefined;
      let fields = counted.get(operation);
      if (fields === undefined) {
        fields = countRootFields(operation, anonymous);
        counted.set(operation, fields);
      }
      const key = toAddressKey(addressOf(client));
      // The request itself has been counted already.
      const points = keyOf(client) === key ? fields - 1 : fields;
      return points > 0 ? countOn(key, client, points) : undefined;
    },
    assertOpen(client) {
      const spent = limit.spent(keyOf(client));
      if (spent) throw new RateLimitedError(spent.headers);
    },
    forVerification(client) {
      const key = toAddressKey(addressOf(client));
      return {
        async take() {
          const known = limit.spent(key) ?? (await limit.admit(key));
          if (!known.allowed) throw new RateLimitedError(known.headers);
        },
        giveBack: () => limit.giveBack(key),
      };
    },
  };
}

/** A credential that is right costs nothing in the end, nor does one that could not be checked. */
export async function chargeRefusal<Result>(
  budget: VerificationBudget | undefined,
  verify: () => Promise<Result>,
): Promise<Result> {
  await budget?.take();
  try {
    const result = await verify();
    budget?.giveBack();
    return result;
  } catch (error) {
    if ((error as AppError).code !== 'UNAUTHENTICATED') budget?.giveBack();
    throw error;
  }
}
