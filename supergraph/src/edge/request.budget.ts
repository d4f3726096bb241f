import type { AppError } from '@vibecode/platform/errors';
import type { RouterConfig } from '../config/config.schema.ts';
import type { RequestContext } from '../request/context.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { findClientAddress, type RateLimit, RateLimitedError, toAddressKey, toClientKey } from './rate.limit.ts';
import { countRootFields } from './root.fields.ts';

type RateLimitConfig = NonNullable<RouterConfig['rate_limit']>;

/** The address and the viewer of a request. */
type Client = Pick<RequestContext, 'headers' | 'remoteAddress' | 'identity' | 'setHeader'>;

/** Charges an address for verifying an unknown credential. */
export interface VerificationBudget {
  /** Takes one request from the budget of the address. Rejects with a RateLimitedError when nothing is left. */
  take(): Promise<void>;
  /** Returns the request to the budget. */
  giveBack(): void;
}

/** Counts requests, refused credentials and malformed bodies of each client against one limit in an interval. */
export interface RequestBudget {
  /** Counts an operation for its viewer, else for its address. Rejects with a RateLimitedError over the limit. */
  count(client: Client): Promise<void>;
  /** Counts an unreadable request for its address and for its viewer. Rejects as above. */
  countMalformed(client: Client): Promise<void>;
  /**
   * Counts root fields that `count_by_address` names for the address, even when the request has a viewer. Rejects as
   * above. Undefined for an operation without such fields.
   */
  countAnonymous(operation: ParsedOperation, client: Client): Promise<void> | undefined;
  /**
   * Refuses a client with a remembered refusal before its body is read.
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

/** Charges the budget for a refused credential only. A valid one, or one that could not be checked, is given back. */
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
