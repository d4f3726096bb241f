import { InvalidInputError } from '@vibecode/platform/errors';
import { ContextExceededError } from './errors.ts';
import type { Generation } from './generation.entity.ts';
import { estimateTokens } from './models/model.ts';

/** Tokens of an answer where neither the request nor the model's context says otherwise. */
const DEFAULT_MAX_TOKENS = 2_048;
export const MOST_MAX_TOKENS = 32_768;
/** What templates and files may add to the user's own words. */
const CONTEXT_TOKENS = 6_000;
/** What an image counts for in a prompt; providers count about as much, or less. */
const IMAGE_TOKENS = 1_000;

export function toImageTokens(images: readonly unknown[]): number {
  return images.length * IMAGE_TOKENS;
}

/** The prompt's own instructions, and room for what an estimate is off by. */
const INSTRUCTION_TOKENS = 400;

/**
 * @param contextTokens of the model; null when unknown
 * @param chosenTokens of files that the prompt must hold
 * @throws ContextExceededError when the prompt leaves no room for an answer in the model's context
 * @throws InvalidInputError when prompt and answer do not fit into it together
 */
export function toMaxTokens(
  requested: number | null,
  prompt: string,
  contextTokens: number | null,
  model: { readonly id: string; readonly provider: string },
  chosenTokens = 0,
): number {
  if (contextTokens === null) return requested ?? DEFAULT_MAX_TOKENS;
  const promptTokens = toHeldTokens(estimateTokens(prompt) + chosenTokens + INSTRUCTION_TOKENS);
  const largest = contextTokens - promptTokens;
  if (largest < 1) throw new ContextExceededError(model, { promptTokens, contextTokens });
  if (requested !== null && requested > largest) {
    throw new InvalidInputError(
      'maxTokens',
      `'maxTokens' is ${requested}; with this prompt the model's context of ${contextTokens} tokens leaves room for ${largest}.`,
      { details: { largest, contextTokens } },
    );
  }
  return requested ?? Math.min(DEFAULT_MAX_TOKENS, largest, Math.max(1, Math.floor(contextTokens / 2)));
}

/** Code has more tokens a character than the estimate says; a hold covers that too. */
const ESTIMATE_MARGIN = 1.3;

export function toHeldTokens(estimatedTokens: number): number {
  return Math.ceil(estimatedTokens * ESTIMATE_MARGIN);
}

/**
 * What is held for the prompt: the user's words, and templates and files for up to half of the model's context. It does not depend on
 * `maxTokens`, so that a smaller one always asks for less, and what billing calls affordable is.
 */
export function toHeldPromptTokens(prompt: string, contextTokens: number | null, chosenTokens = 0): number {
  const least = estimateTokens(prompt) + chosenTokens + INSTRUCTION_TOKENS;
  const wanted = toHeldTokens(least + CONTEXT_TOKENS);
  if (contextTokens === null) return wanted;
  return Math.max(toHeldTokens(least), Math.min(wanted, Math.floor(contextTokens / 2)));
}

/** What the prompt may take, estimated: what is held for it, as far as the answer leaves room in the model's context. */
export function toPromptBudget(
  prompt: string,
  maxTokens: number,
  contextTokens: number | null,
  chosenTokens = 0,
): number {
  const held = toHeldPromptTokens(prompt, contextTokens, chosenTokens);
  return Math.floor((contextTokens === null ? held : Math.min(held, contextTokens - maxTokens)) / ESTIMATE_MARGIN);
}

/** What so many calls of the model may use at most, and is held for them. */
export function toCallsReserve(
  { prompt, maxTokens, chosenTokens }: Pick<Generation, 'prompt' | 'maxTokens' | 'chosenTokens'>,
  calls: number,
  {
    listed,
    images,
  }: { readonly listed: { readonly contextTokens: number | null }; readonly images: readonly unknown[] },
): { promptTokens: number; maxTokens: number } {
  const promptTokens = toHeldPromptTokens(prompt, listed.contextTokens, chosenTokens) + toImageTokens(images);
  return { promptTokens: calls * promptTokens, maxTokens: calls * maxTokens };
}
