import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Identity, RequestContext } from '../request/context.ts';
import type { GraphQLRequest } from '../request/message.ts';
import { DEFAULT_MAX_OPERATIONS, type OperationStoreOptions } from './operation.options.ts';
import { OperationParser } from './operation.parser.ts';
import { type PreparedOperation, prepareOperation } from './prepared.operation.ts';

/** Parses, validates and plans each operation once, and returns the same prepared operation afterwards. */
export class OperationStore {
  readonly parser: OperationParser;
  readonly #prepared: LRUCache<string, PreparedOperation>;

  constructor(private readonly options: OperationStoreOptions) {
    this.parser = new OperationParser(options);
    this.#prepared = new LRUCache({ max: options.maxOperations ?? DEFAULT_MAX_OPERATIONS });
  }

  get size(): number {
    return this.#prepared.size;
  }

  /** Texts of the prepared operations, the most recently used first. */
  inUse(): string[] {
    return [...this.#prepared.values()].map(({ query }) => query);
  }

  /**
   * Parses and plans the operations that another store used most recently, for the same rights and conditions. What is no
   * longer valid is left out. Requests are answered in between.
   *
   * @param count how many operations to warm, of those that the other store has
   */
  async warm(from: OperationStore, count: (used: number) => number): Promise<void> {
    const recent = [...from.#prepared.values()].slice(0, count(from.#prepared.size));
    // The most recent last, so that it stays the most recent here.
    for (const known of recent.reverse()) {
      await setImmediate();
      try {
        const request = { query: known.query, operationName: known.requestedName };
        const prepared = this.prepare(request, toWarmingContext(known.viewer));
        for (const { conditions, overrides } of known.planned()) prepared.variantFor(conditions, overrides);
      } catch {
        // A client that sends the operation again gets the error.
      }
    }
  }

  /** @throws RefusedRequestError */
  prepare(request: GraphQLRequest, context: RequestContext): PreparedOperation {
    const authorizationKey = this.options.hooks?.authorize?.key(context) ?? '';
    const key = `${authorizationKey}\n${request.operationName ?? ''}\n${request.query}`;
    let prepared = this.#prepared.get(key);
    if (!prepared) {
      prepared = prepareOperation(this.parser.parse(request, context.watch), request, context, this.options);
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }
}

/** There is no request here: authorization depends on the viewer alone. */
function toWarmingContext(identity: Identity | null): RequestContext {
  return { id: 'warm-up', headers: {}, identity, signal: new AbortController().signal };
}
