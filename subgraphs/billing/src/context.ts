import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { isSelfOrAdmin, type Viewer } from '@vibecode/platform/identity';
import { requireScope } from '@vibecode/platform/scope';
import type { OperationContext } from '@vibecode/platform/subgraph/operation-context';
import DataLoader from 'dataloader';
import { findPlans } from './account.repository.ts';
import type { Plan } from './plan.entity.ts';
import { MICROS_PER_CENT } from './price.ts';
import type { QuotaService } from './quota.service.ts';
import type { Quota } from './quota.type.ts';
import type { UsageBucket } from './usage.entity.ts';
import { findUsage, sumUsage, type UsageRange } from './usage.repository.ts';

/** Batched reads of one operation. Objects that are missing or not visible to the viewer are null. */
export interface BillingLoaders {
  readonly plan: DataLoader<string, Plan | null>;
  /** By user id. */
  readonly quota: DataLoader<string, Quota | null>;
  /** A loader for a range, by user id. */
  usage(range: UsageRange): DataLoader<string, UsageBucket[] | null>;
  /** By generation id; null until the generation is settled. */
  readonly costCents: DataLoader<string, number | null>;
}

export interface BillingContext extends OperationContext {
  readonly quotas: QuotaService;
  readonly loaders: BillingLoaders;
}

export function createBillingContext(orm: MikroORM, quotas: QuotaService) {
  return (operation: OperationContext): BillingContext => ({
    ...operation,
    quotas,
    loaders: createLoaders(orm.em.fork(), quotas, operation.viewer),
  });
}

function createLoaders(em: EntityManager, quotas: QuotaService, viewer: Viewer | null): BillingLoaders {
  const usageByRange = new Map<string, DataLoader<string, UsageBucket[] | null>>();

  /** A loader by user id. Only ids that are visible to the viewer reach the database. */
  function ofUsers<T>(load: (userIds: string[]) => Promise<Map<string, T>>, none: T | null) {
    return new DataLoader<string, T | null>(async (userIds) => {
      const visible = userIds.filter((id) => isSelfOrAdmin(viewer, id));
      if (visible.length === 0) return userIds.map(() => null);
      requireScope(viewer, 'usage:read');
      const found = await load(visible);
      return userIds.map((id) => (isSelfOrAdmin(viewer, id) ? (found.get(id) ?? none) : null));
    });
  }

  return {
    plan: new DataLoader(async (ids) => {
      const plans = new Map((await findPlans(em)).map((plan) => [plan.id, plan]));
      return ids.map((id) => plans.get(id) ?? null);
    }),
    quota: ofUsers((userIds) => quotas.getQuotas(em.fork(), userIds), null),
    usage(range) {
      const key = JSON.stringify(range);
      const loader = usageByRange.get(key) ?? ofUsers<UsageBucket[]>((userIds) => sumUsage(em, userIds, range), []);
      usageByRange.set(key, loader);
      return loader;
    },
    costCents: new DataLoader(async (generationIds) => {
      if (!viewer) return generationIds.map(() => null);
      requireScope(viewer, 'usage:read');
      const usage = await findUsage(em, generationIds, viewer.role === 'ADMIN' ? null : viewer.userId);
      const costs = new Map(usage.map(({ generationId, costMicros }) => [generationId, costMicros / MICROS_PER_CENT]));
      return generationIds.map((id) => costs.get(id) ?? null);
    }),
  };
}
