import { type DocumentNode, print } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Conditions, collectConditionNames } from '../request/conditions.ts';
import type { OperationObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import type { OperationStoreOptions } from './operation.options.ts';
import { createVariant, type OperationVariant } from './operation.variant.ts';
import type { PlanStore, StoredPlans } from './plan.store.ts';
import type { SignInRules } from './sign.in.plan.ts';

/** What a variant was planned for. */
export interface PlannedFor {
  readonly conditions: Conditions;
  readonly overrides: ReadonlySet<string> | undefined;
}

/** Sets of conditions kept for each operation. */
const MAX_VARIANTS = 64;

/** The variants of one operation, each planned when its conditions first occur. */
export class VariantCache {
  readonly #variants = new LRUCache<string, OperationVariant & PlannedFor>({ max: MAX_VARIANTS });
  /** Plans read from the shared store that are not compiled yet, by key. */
  readonly #found = new Map<string, StoredPlans>();
  readonly #conditionNames: readonly string[];
  readonly #allowedText: string | null;

  /** @param allowed the part of the document that the viewer is authorized for; null for none */
  constructor(
    private readonly parsed: ParsedOperation,
    private readonly allowed: DocumentNode | null,
    private readonly signInRules: SignInRules | undefined,
    private readonly options: OperationStoreOptions,
  ) {
    this.#conditionNames = collectConditionNames(parsed.document);
    this.#allowedText = options.plans && allowed ? print(allowed) : null;
  }

  /** What the variants were planned for. */
  planned(): Iterable<PlannedFor> {
    return this.#variants.values();
  }

  /** @throws RefusedRequestError when the operation cannot be planned */
  variantFor(
    conditions: Conditions,
    overrides: ReadonlySet<string> | undefined,
    watch: OperationObserver | undefined,
  ): OperationVariant {
    const key = this.#toKey(conditions, overrides);
    let variant = this.#variants.get(key);
    if (!variant) {
      const startMs = performance.now();
      try {
        variant = this.#createVariant(key, conditions, overrides);
      } finally {
        this.options.onPrepared?.planned(performance.now() - startMs);
        watch?.trace?.recorded?.record('query_planning', startMs);
      }
      this.#variants.set(key, variant);
    } else this.options.onPrepared?.planFound();
    return variant;
  }

  /** Reads the plans for these conditions from the shared store, so that `variantFor` need not plan. */
  preload(
    plans: PlanStore,
    conditions: Conditions,
    overrides: ReadonlySet<string> | undefined,
  ): Promise<void> | undefined {
    const key = this.#toKey(conditions, overrides);
    if (this.#variants.has(key)) return undefined;
    return plans.read(this.#toStoredKey(plans, key)).then((stored) => {
      if (stored) this.#found.set(key, stored);
    });
  }

  #createVariant(
    key: string,
    conditions: Conditions,
    overrides: ReadonlySet<string> | undefined,
  ): OperationVariant & PlannedFor {
    const { parsed, allowed, signInRules } = this;
    const { supergraph, plans } = this.options;
    const decisive = Object.fromEntries(this.#conditionNames.map((name) => [name, conditions[name]]));
    const known = this.#found.get(key) ?? null;
    this.#found.delete(key);
    const created = createVariant(parsed, supergraph, allowed, conditions, { overrides, signInRules, known });
    if (plans && !known && created.stored) plans.write(this.#toStoredKey(plans, key), created.stored);
    return { ...created, conditions: decisive, overrides };
  }

  #toKey(conditions: Conditions, overrides: ReadonlySet<string> | undefined): string {
    let key = '';
    for (const name of this.#conditionNames) key += toConditionKey(conditions[name]);
    for (const label of this.options.supergraph.overrideLabels) key += overrides?.has(label) ? '1' : '0';
    return key;
  }

  #toStoredKey(store: PlanStore, key: string): string {
    const { hash, pathsLimit, defer } = this.options.supergraph;
    return store.keyOf([hash, pathsLimit, defer, this.#allowedText, this.parsed.operation.name?.value, key]);
  }
}

/** An undefined variable differs from a false one: `@defer(if:)` is true by default. */
function toConditionKey(value: unknown): string {
  return value === true ? '1' : value === false ? '0' : '-';
}
