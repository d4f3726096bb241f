import type { RequestContext } from '../request/context.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import type { Instrumentation, LevelInstrumentation } from './instrumentation.ts';
import type { OperationWatch } from './operation.watch.ts';
import type { SelectorSource } from './selector.ts';

/** Adds the configured events, attributes and instruments to an operation. */
export function instrument(
  watch: OperationWatch,
  context: RequestContext,
  { router, supergraph }: Instrumentation,
): void {
  let isPrimary = true;
  let startMs = watch.startMs;
  router?.events.request?.({ context });
  watch.begins = () => {
    startMs = performance.now();
    supergraph?.events.request?.({ context });
  };
  watch.sees = (result) => {
    if (isPrimary) watch.body = result;
    if (supergraph) {
      const answer = { status: context.status ?? 200, headers: context.answerHeaders?.all(), body: result };
      const source = { context, isPrimary, answer, error: toReason(result) };
      const durationMs = performance.now() - startMs;
      if (isPrimary) finishLevel(supergraph, source, durationMs, watch);
      supergraph.events.event_response?.(source);
      for (const measure of supergraph.instruments.onEvent) measure(source, durationMs);
    }
    isPrimary = false;
  };
}

/** Finishes the router's level when an operation has been answered, over any transport. */
export function finishRouter(
  router: LevelInstrumentation,
  watch: OperationWatch,
  context: RequestContext,
  answer: { readonly status: number | undefined; readonly headers: AnswerHeaders | undefined },
): void {
  const isFailure = answer.status !== undefined && answer.status >= 500;
  const error = isFailure ? (watch.errorCode ?? `HTTP status ${answer.status}`) : undefined;
  const source = { context, answer: { ...answer, body: watch.body }, error };
  finishLevel(router, source, performance.now() - watch.startMs, watch);
}

function finishLevel(
  { attributes, events, instruments }: LevelInstrumentation,
  source: SelectorSource,
  durationMs: number,
  watch: OperationWatch,
): void {
  const root = watch.trace?.recorded?.root;
  if (root) attributes?.read((name, value) => root.setAttribute(name, value), source);
  events.response?.(source);
  if (source.error !== undefined) events.error?.(source);
  for (const measure of instruments.onResponse) measure(source, durationMs);
}

/** The message of a request that was refused before it ran; undefined for any other. */
function toReason(result: GraphQLResult): string | undefined {
  return 'data' in result ? undefined : result.errors?.[0]?.message;
}
