import type { EventData } from '@vibecode/schema/events/topics';
import type { Message } from './notification.entity.ts';
import type { NotificationTopic } from './topic.ts';

type Writers = { readonly [T in NotificationTopic]: (data: EventData<T>) => Message };

const seconds = (durationMs: number) => `${(durationMs / 1000).toFixed(1)} s`;
const count = (tokens: number) => tokens.toLocaleString('en-US');

/** The texts of notifications, by event. */
export const messages: Writers = {
  'user.registered': ({ displayName }) => ({
    title: `Welcome, ${displayName}`,
    body: 'Create a project, describe what it should do, and watch the model write it.',
    generationId: null,
  }),

  'generation.complete': ({ status, generationId, completionTokens, durationMs, version, model, errorCode }) => {
    const spent = `${count(completionTokens)} tokens in ${seconds(durationMs)}`;
    if (status === 'FAILED') {
      return { title: 'Generation failed', body: `${model} ended with ${errorCode ?? 'an error'}.`, generationId };
    }
    if (status === 'REVIEW') {
      return { title: 'Changes wait for you', body: `Accept or reject them: ${model} wrote ${spent}.`, generationId };
    }
    if (status === 'CANCELLED') return { title: 'Generation stopped', body: `${model} wrote ${spent}.`, generationId };
    const made = version === null ? 'No file was changed' : `Version ${version} is ready`;
    return { title: 'Generation complete', body: `${made}: ${model} wrote ${spent}.`, generationId };
  },

  'user.quota.exceeded': ({ requestedTokens, limitTokens, usedTokens, heldTokens, periodEnd }) => ({
    title: 'Token limit reached',
    body: `A generation needs ${count(requestedTokens)} tokens. Of ${count(limitTokens)} tokens, ${count(usedTokens)} are used and ${count(heldTokens)} are held for running generations. The next period begins on ${periodEnd.slice(0, 10)}.`,
    generationId: null,
  }),

  'execution.complete': ({ runtime, outcome, exitCode, durationMs }) => ({
    title: outcome === 'SUCCEEDED' ? 'Run succeeded' : 'Run did not succeed',
    body: `${runtime} ended with ${exitCode === null ? outcome : `exit code ${exitCode}`} after ${seconds(durationMs)}.`,
    generationId: null,
  }),
};
