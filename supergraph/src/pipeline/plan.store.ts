import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { QueryPlan } from '@apollo/query-planner';
import type { SharedTexts } from '../cache/redis.texts.ts';

/** The plans of an operation under given conditions, as they are before they are compiled. */
export interface StoredPlans {
  readonly isInParts: boolean;
  readonly plans: readonly NonNullable<QueryPlan['node']>[];
}

/** Plans that instances share, so that a new one need not make them again. */
export interface PlanStore {
  /** @param parts all that a plan depends on beside the code that makes it */
  keyOf(parts: readonly unknown[]): string;
  read(key: string): Promise<StoredPlans | null>;
  write(key: string, plans: StoredPlans): void;
}

export function createPlanStore(texts: SharedTexts): PlanStore {
  const code = hashPlanningCode();
  return {
    keyOf: (parts) =>
      createHash('sha256')
        .update(JSON.stringify([code, ...parts]))
        .digest('base64url'),
    async read(key) {
      const text = await texts.read(key);
      return text === null ? null : (JSON.parse(text) as StoredPlans);
    },
    write: (key, plans) => void texts.write(key, JSON.stringify(plans)),
  };
}

const FLOOR = dirname(import.meta.dirname);

/** Tells versions of the gateway apart that may plan differently: plans of one are not for another. */
function hashPlanningCode(): string {
  const hash = createHash('sha256');
  for (const folder of ['plan', 'pipeline', 'defer']) {
    for (const file of readdirSync(join(FLOOR, folder)).sort()) {
      if (/\.(js|ts)$/.test(file) && !file.endsWith('.d.ts')) hash.update(readFileSync(join(FLOOR, folder, file)));
    }
  }
  return hash.digest('base64url');
}
