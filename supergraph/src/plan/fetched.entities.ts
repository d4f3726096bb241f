import type { QueryPlan } from '@apollo/query-planner';
import { fetchesOf } from './plan.fetches.ts';

/** The entities of one request, during the request and after it. */
export class EntityRequest {
  /** Entities by representation. Null after an error, so that each fetch repeats the request and reports its own errors. */
  entities: ReadonlyMap<string, unknown> | null = null;
  readonly #settled = Promise.withResolvers<void>();

  /** Resolves when `entities` is known. Never rejects. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  settle(entities: ReadonlyMap<string, unknown> | null): void {
    this.entities = entities;
    this.#settled.resolve();
  }
}

/** Requests by the representation of a requested entity. */
export type RequestsByRepresentation = Map<string, EntityRequest>;

/**
 * Entities that a query has fetched already, or is fetching. The same fields of the same entity are requested from a subgraph
 * once, at however many places of the answer they are. An instance serves one run of one query, because a query's fetches
 * change nothing.
 */
export class FetchedEntities {
  readonly #requests = new Map<string, RequestsByRepresentation>();

  /** @param repeated keys of the fetches that occur more than once in the plan; only their entities are kept */
  constructor(private readonly repeated: ReadonlySet<string>) {}

  /** @returns undefined for a fetch that occurs once */
  of(fetchKey: string): RequestsByRepresentation | undefined {
    if (!this.repeated.has(fetchKey)) return undefined;
    let requests = this.#requests.get(fetchKey);
    if (!requests) {
      requests = new Map();
      this.#requests.set(fetchKey, requests);
    }
    return requests;
  }
}

/** @returns a key that is equal for equal operations at one subgraph. It leaves out the operation's name, which the planner numbers. */
export function toFetchKey(subgraph: string, query: string): string {
  return `${subgraph}\n${query.replace(/^query \w+/, 'query')}`;
}

/** Keys of the entity fetches that occur more than once in a query's plans. */
export function findRepeatedFetches(plans: readonly NonNullable<QueryPlan['node']>[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const plan of plans) {
    for (const { requires, contextRewrites, serviceName, operation } of fetchesOf(plan)) {
      if (!requires?.length || contextRewrites?.length) continue;
      const key = toFetchKey(serviceName, operation);
      if (seen.has(key)) repeated.add(key);
      seen.add(key);
    }
  }
  return repeated;
}
