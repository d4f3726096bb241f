import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { QueryPlan } from '@apollo/query-planner';
import type { SharedTexts } from '../cache/redis.texts.ts';

/** The plans of an operation under given conditions, before they are compiled. */
export interface StoredPlans {
  readonly isInParts: boolean;
  readonly plans: readonly NonNullable<QueryPlan['node']>[];
}

/** Plans shared between gateway instances, so that a new instance need not plan again. */
export interface PlanStore {
  /** @param parts all that a plan depends on, apart from the planning code */
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

/** Gateway versions with different planning code must not share plans. */
function hashPlanningCode(): string {
  const hash = createHash('sha256');
  for (const folder of ['plan', 'pipeline', 'defer']) {
    for (const file of readdirSync(join(FLOOR, folder)).sort()) {
      if (/\.(js|ts)$/.test(file) && !file.endsWith('.d.ts')) hash.update(readFileSync(join(FLOOR, folder, file)));
    }
  }
  return hash.digest('base64url');
}
