import type { QueryPlan } from '@apollo/query-planner';
import { fetchesOf } from './plan.fetches.ts';

/** The entities that one request asks for, while it is under way and afterwards. */
export class EntityRequest {
  /** By representation; null when something went wrong, so that each position has to ask and hear of it for itself. */
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

/** Requests by the representation that they ask about. */
export type RequestsByRepresentation = Map<string, EntityRequest>;

/**
 * Entities that a query has fetched already, or is fetching: the same fields of the same entity are asked of a subgraph once,
 * at however many places of the answer they stand. For one run of one query: nothing changes between its fetches.
 */
export class FetchedEntities {
  readonly #requests = new Map<string, RequestsByRepresentation>();

  /** @param repeated keys of the fetches that occur more than once in the plan: only their entities are kept */
  constructor(private readonly repeated: ReadonlySet<string>) {}

  /** Undefined for a fetch that no other resembles. */
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

/** Equal for fetches that ask the same of the same subgraph: the planner numbers their operation names. */
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
