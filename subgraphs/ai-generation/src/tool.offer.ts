import { estimateToolTokens } from './model.tools.ts';
import type { ModelTool } from './models/model.ts';
import type { BuiltPrompt } from './prompt.builder.ts';

/** What a model may call beside its prompt. */
export interface ToolOffer {
  readonly tools: readonly ModelTool[];
  /** What the calls and their answers may take. */
  readonly roomTokens: number;
}

export const NO_TOOLS: ToolOffer = { tools: [], roomTokens: 0 };
/** Of the budget, where tools are offered: the rest is for what the model asks for. */
const PROMPT_SHARE = 0.6;
/** With less room, an answer to a call says nothing. */
const LEAST_ROOM_TOKENS = 256;

/**
 * Builds a prompt within the budget. Where a project does not fit, and the model calls tools, a part of the budget is kept for
 * the files that the model asks for.
 *
 * @param tools none for a model that calls none
 * @param chosenPaths files that the prompt must hold: they come before tools
 */
export function buildWithTools({
  tools,
  budgetTokens,
  chosenPaths,
  build,
}: {
  readonly tools: readonly ModelTool[];
  readonly budgetTokens: number;
  readonly chosenPaths: readonly string[];
  readonly build: (options: { readonly budgetTokens: number; readonly canRead: boolean }) => BuiltPrompt;
}): { readonly built: BuiltPrompt; readonly offer: ToolOffer } {
  const whole = build({ budgetTokens, canRead: false });
  const hidden = new Set(whole.absent.map(({ path }) => path));
  if (tools.length === 0 || hidden.size === 0) return { built: whole, offer: NO_TOOLS };
  const toolTokens = estimateToolTokens(tools);
  const shorter = build({ budgetTokens: Math.floor(budgetTokens * PROMPT_SHARE) - toolTokens, canRead: true });
  const roomTokens = budgetTokens - shorter.tokens - toolTokens;
  const pushedOut = shorter.absent.some(({ path }) => chosenPaths.includes(path) && !hidden.has(path));
  if (roomTokens < LEAST_ROOM_TOKENS || pushedOut) return { built: whole, offer: NO_TOOLS };
  return { built: { ...shorter, tokens: shorter.tokens + toolTokens }, offer: { tools, roomTokens } };
}
