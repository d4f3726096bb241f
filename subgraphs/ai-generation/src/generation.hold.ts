import { AppError, ConflictError, InvalidInputError } from '@vibecode/platform/errors';
import type { BillingClient, HoldRequest } from './billing.client.ts';
import { chooseFlow, countCalls, GenerationFlow } from './generation.flow.ts';
import type { ListedModel } from './models/model.registry.ts';

interface FlowRequest {
  readonly flow: GenerationFlow;
  readonly parentId: string | null;
  readonly maxRepairs: number;
  readonly review: boolean;
}

/** How a generation would ask its model, best first. */
export interface FlowChoice extends Pick<FlowRequest, 'maxRepairs' | 'review'> {
  readonly flows: readonly [GenerationFlow, ...GenerationFlow[]];
}

/** @throws InvalidInputError for steps of a model that cannot take them */
export function toFlowChoice(
  { flow, parentId, maxRepairs, review }: FlowRequest,
  { model: { id, provider }, contextTokens, available }: Pick<ListedModel, 'model' | 'contextTokens' | 'available'>,
  { headVersion }: { readonly headVersion: number },
): FlowChoice {
  if (flow === GenerationFlow.STEPS && provider === 'blueprint') {
    throw new InvalidInputError(
      'flow',
      `'flow' is STEPS, and the model '${id}' answers with a template at once. Expected SINGLE or AUTO, or a language model.`,
    );
  }
  if (flow !== GenerationFlow.AUTO) return { flows: [flow], maxRepairs, review };
  const chosen = chooseFlow({ contextTokens, provider, available, isFollowUp: parentId !== null, headVersion });
  const { SINGLE } = GenerationFlow;
  return { flows: chosen === SINGLE ? [SINGLE] : [chosen, SINGLE], maxRepairs, review };
}

/**
 * Places a hold for all calls of the first flow that there is room for.
 *
 * @throws AppError BILLING_QUOTA_EXCEEDED of the last flow, the only refusal that its user is notified of
 */
export async function placeHold(
  billing: BillingClient,
  userId: string,
  hold: Omit<HoldRequest, 'calls' | 'announces'>,
  { flows: [flow, ...others], maxRepairs, review }: FlowChoice,
): Promise<{ readonly flow: GenerationFlow; readonly expiresAt: Date }> {
  const [next, ...rest] = others;
  const calls = countCalls(flow, maxRepairs, review);
  try {
    const placed = await billing.placeHold(userId, { ...hold, calls, announces: next === undefined });
    if (placed.grantedTokens >= calls * (hold.promptTokens + hold.maxTokens))
      return { flow, expiresAt: placed.expiresAt };
  } catch (error) {
    const code: string | null = error instanceof AppError ? error.code : null;
    if (next === undefined || code !== 'BILLING_QUOTA_EXCEEDED') throw error;
  }
  // A start that was broken off has left a smaller hold, which is answered with.
  if (next === undefined) {
    throw new ConflictError(
      'CONFLICT',
      "A start with this 'clientRequestId' was broken off, and asked for less. Repeat it as it was, or choose another 'clientRequestId'.",
    );
  }
  return placeHold(billing, userId, hold, { flows: [next, ...rest], maxRepairs, review });
}
