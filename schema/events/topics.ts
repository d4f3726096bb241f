import type { z } from 'zod';
import { auditLog } from './audit.log.ts';
import { executionComplete } from './execution.complete.ts';
import { generationComplete } from './generation.complete.ts';
import { projectChanged } from './project.changed.ts';
import { userQuotaExceeded } from './user.quota.exceeded.ts';
import { userRegistered } from './user.registered.ts';

/** Every topic and the schema of its `data`: the one list that producers, consumers and brokers are set up from. */
export const topics = {
  'user.registered': userRegistered,
  'generation.complete': generationComplete,
  'execution.complete': executionComplete,
  'user.quota.exceeded': userQuotaExceeded,
  'project.changed': projectChanged,
  'audit.log': auditLog,
} as const satisfies Record<string, z.ZodType>;

export type Topic = keyof typeof topics;
export type EventData<T extends Topic> = z.infer<(typeof topics)[T]>;
