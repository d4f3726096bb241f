import type { RequestContext, SubgraphTransport } from '../request/context.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import type { SubgraphCallCode } from '../traffic/call.error.ts';
import type { FetchOutcome } from './gateway.metrics.ts';
import type { LevelInstrumentation } from './instrumentation.ts';
import { fail, toTraceparent } from './operation.trace.ts';
import type { SelectorSource } from './selector.ts';
import type { Telemetry } from './telemetry.ts';

/** Measures every fetch of a plan, with its retries and the wait for a shared request. */
export function watchTransport(transport: SubgraphTransport, telemetryOf: () => Telemetry): SubgraphTransport {
  return {
    async fetch(request, context) {
      const { subgraph } = request;
      const startMs = performance.now();
      const span = context.watch?.trace?.recorded?.startFetch(subgraph, request.operationName);
      if (span) request.traceparent = toTraceparent(span);
      const { metrics, instrumentation } = telemetryOf();
      const observed = instrumentation.subgraph && new ObservedFetch(instrumentation.subgraph, request, context);
      let outcome: FetchOutcome = 'cancelled';
      try {
        const result = await transport.fetch(observed?.request ?? request, context);
        outcome = toOutcome(result);
        observed?.finish(result, outcome, performance.now() - startMs, span);
        return result;
      } finally {
        metrics?.fetched(subgraph, outcome, performance.now() - startMs);
        if (span) {
          if (outcome !== 'ok') fail(span, outcome);
          span.end();
        }
      }
    },
  };
}

type FetchSpan = { setAttribute(name: string, value: string | number | boolean): unknown };

/** A fetch with configured attributes, events or instruments. */
class ObservedFetch {
  readonly request: SubgraphRequest;
  #sent: Readonly<Record<string, string>> | undefined;
  #headers: AnswerHeaders | undefined;
  #status: number | undefined;

  constructor(
    private readonly level: LevelInstrumentation,
    request: SubgraphRequest,
    private readonly context: RequestContext,
  ) {
    // The same request, with a callback for its headers.
    this.request = Object.create(request, {
      onRequest: {
        value: (headers: Readonly<Record<string, string>>) => {
          this.#sent = headers;
          level.events.request?.(this.#toSource(undefined, undefined));
        },
      },
      onResponse: {
        value: (headers: AnswerHeaders, status: number) => {
          this.#headers = headers;
          this.#status = status;
          request.onResponse?.(headers, status);
        },
      },
    }) as SubgraphRequest;
  }

  finish(result: GraphQLResult, outcome: FetchOutcome, durationMs: number, span: FetchSpan | undefined): void {
    const { attributes, events, instruments } = this.level;
    const isUnreached = outcome === 'unreachable';
    const source = this.#toSource(result, isUnreached ? toReason(result) : undefined);
    if (span) attributes?.read((name, value) => span.setAttribute(name, value), source);
    if (isUnreached) events.error?.(source);
    else events.response?.(source);
    for (const measure of instruments.onResponse) measure(source, durationMs);
  }

  #toSource(body: GraphQLResult | undefined, error: string | undefined): SelectorSource {
    const answer = body && { status: this.#status, headers: this.#headers, body };
    return { context: this.context, error, subgraph: { request: this.request, headers: this.#sent, answer } };
  }
}

function toReason({ errors }: GraphQLResult): string {
  const [error] = errors ?? [];
  return String(error?.extensions?.reason ?? error?.message ?? 'unknown');
}

const UNREACHED: ReadonlySet<unknown> = new Set<SubgraphCallCode>([
  'SUBREQUEST_HTTP_ERROR',
  'GATEWAY_TIMEOUT',
  'REQUEST_RATE_LIMITED',
  'REQUEST_CONCURRENCY_LIMITED',
  'CIRCUIT_BREAKER_OPEN',
]);

function toOutcome(result: GraphQLResult): FetchOutcome {
  const { errors } = result;
  if (!errors?.length) return 'ok';
  return !result.data && UNREACHED.has(errors[0]?.extensions?.code) ? 'unreachable' : 'graphql_error';
}
