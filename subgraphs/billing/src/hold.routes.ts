import { defineInternalRoute, type HttpRoute } from '@vibecode/platform/subgraph/http-route';
import { z } from 'zod';
import type { Hold } from './hold.entity.ts';
import type { HoldService } from './hold.service.ts';

const MAX_TOKENS = 10_000_000;
const MAX_CALLS = 10;
const MAX_RENEWED = 1_000;
const generationId = z.uuid('expected the id of a generation, a UUID');
const promptTokens = z.int().min(0).max(MAX_TOKENS);
const maxTokens = z.int().min(0).max(MAX_TOKENS);
/** Of all calls of the model. */
const allTokens = z
  .int()
  .min(0)
  .max(MAX_TOKENS * MAX_CALLS);

/** The routes for holds. Services place holds for a user; users cannot. */
export function createHoldRoutes(holds: HoldService): HttpRoute[] {
  const callers = ['ai-generation'] as const;
  return [
    defineInternalRoute({
      path: '/internal/holds',
      callers,
      input: z.object({
        generationId,
        promptTokens,
        maxTokens: maxTokens.min(1),
        calls: z.int().min(1).max(MAX_CALLS).default(1),
        announces: z.boolean().default(true),
        provider: z.string().default('*'),
        model: z.string().default('*'),
        budget: z.object({ apiKeyId: z.uuid(), tokens: z.int().positive() }).nullable().default(null),
      }),
      handle: async (input, { viewer }) => {
        const hold = await holds.place({ ...input, userId: viewer.userId });
        return { holdId: hold.id, ...toGrant(hold) };
      },
    }),
    defineInternalRoute({
      path: '/internal/holds/renew',
      callers,
      input: z.object({ generationId }),
      handle: async (input, { viewer }) => ({
        expiresAt: toGrant(await holds.renew(viewer.userId, input.generationId)).expiresAt,
      }),
    }),
    defineInternalRoute({
      path: '/internal/holds/renew-many',
      callers,
      input: z.object({ generationIds: z.array(generationId).min(1).max(MAX_RENEWED) }),
      handle: async (input, { viewer }) => ({ holds: await holds.renewMany(viewer.userId, input.generationIds) }),
    }),
    defineInternalRoute({
      path: '/internal/holds/shrink',
      callers,
      input: z.object({ generationId, promptTokens: allTokens, maxTokens: allTokens }),
      handle: async (input, { viewer }) =>
        toGrant(await holds.shrink(viewer.userId, input.generationId, input.promptTokens, input.maxTokens)),
    }),
    defineInternalRoute({
      path: '/internal/holds/release',
      callers,
      input: z.object({ generationId }),
      handle: async (input, { viewer }) => ({ released: await holds.release(viewer.userId, input.generationId) }),
    }),
  ];
}

function toGrant(hold: Hold) {
  return { grantedTokens: hold.grantedTokens, expiresAt: hold.expiresAt.toISOString() };
}
