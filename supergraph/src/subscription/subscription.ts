import type { Logger } from '@vibecode/platform/log';
import type { GraphQLFormattedError } from 'graphql';
import type { StartSubscription } from '../pipeline/core.runner.ts';
import type { EndpointInForce } from '../pipeline/core.ts';
import { chooseOverrides } from '../pipeline/override.labels.ts';
import type { Identity, RequestContext, SubgraphTransport } from '../request/context.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import { StreamWatch } from '../telemetry/stream.watch.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { EventStream } from './event.stream.ts';
import { StreamRegistry } from './stream.registry.ts';
import { planSubscription } from './subscription.plan.ts';
import { replan, type Started } from './subscription.reload.ts';
import type { StreamLimits, SubscriptionSettings } from './subscription.settings.ts';
import type { Upstreams } from './upstream.ts';

export interface SubscriptionOptions {
  readonly transport: Pick<SubgraphTransport, 'fetch'>;
  readonly upstreams: Upstreams;
  /** What the configuration in force says. */
  readonly settings: () => SubscriptionSettings;
  readonly log: Logger;
  readonly limits?: Partial<StreamLimits>;
  /** Asked for each event. Left out: nothing is measured. */
  readonly telemetry?: () => Telemetry;
}

/** Runs subscriptions: the primary fetch is the stream, and the rest of the plan completes its events. */
export interface Subscriptions extends Disposable {
  /**
   * Starts the subscriptions of an endpoint. It is read anew for each event with errors, so that a reload takes effect on
   * streams that run. What it returns throws RefusedRequestError over a limit.
   */
  startAt(endpoint: EndpointInForce): StartSubscription;
  /** Subscriptions that run. */
  readonly size: number;
  /** Events that wait for slow clients. */
  readonly queued: number;
  /** A verified identity that came with a later operation: streams of its session live on with its token. */
  renew(identity: Identity): void;
  endSession(sessionId: string): void;
  /** Completes every stream: the gateway stops. */
  endAll(): void;
  /**
   * Takes streams over to a new supergraph or configuration. One whose plan is as before does not notice, one that is
   * planned otherwise is resumed; what is refused now, or planned otherwise and cannot be resumed, ends.
   */
  keepValid(): void;
}

const LIMITS: StreamLimits = {
  maxEvents: 1_024,
  maxBytes: 1024 * 1024,
  maxBatch: 64,
  maxAttempts: 20,
  retryMs: 50,
  maxFirstAttempts: 3,
  maxReconnects: 0,
  reconnectMs: 1_000,
  slowClientMs: 60_000,
};

const RELOADED: GraphQLFormattedError = {
  message: 'The schema has changed under this subscription. Subscribe again.',
  extensions: { code: 'SUBSCRIPTION_SCHEMA_RELOAD' },
};

/** Of one request, not of a subscription or a connection: operations bring their trace in `extensions`. */
const REQUEST_HEADERS = new Set(['traceparent', 'tracestate', 'baggage', 'x-request-id']);

export function createSubscriptions(options: SubscriptionOptions): Subscriptions {
  const { transport, upstreams, settings, log } = options;
  const registry = new StreamRegistry({ limits: settings });
  const startedByStream = new WeakMap<EventStream, Started>();

  let limitsOf: SubscriptionSettings | undefined;
  let limits: StreamLimits = { ...LIMITS, ...options.limits };
  const limitsNow = (): StreamLimits => {
    const current = settings();
    if (limitsOf !== current) limits = { ...LIMITS, ...current.streamLimits, ...options.limits };
    limitsOf = current;
    return limits;
  };

  /** By what the viewer may ask now, of the graph as it is now. */
  function keepOrEnd(stream: EventStream): void {
    const started = startedByStream.get(stream);
    if (!started) return;
    const next = replan(started, stream.context);
    if (next && stream.changeTerms(next.terms)) startedByStream.set(stream, next.started);
    else stream.endNow(RELOADED);
  }

  return {
    get size() {
      return registry.size;
    },
    get queued() {
      let queued = 0;
      for (const stream of registry) queued += stream.queued;
      return queued;
    },
    startAt(endpoint) {
      const hooks = () => endpoint()?.hooks;
      const finish = (result: GraphQLResult, context: RequestContext): GraphQLResult =>
        hooks()?.finishResult?.(result, context) ?? result;
      const headersFor = (request: SubgraphRequest, context: RequestContext) =>
        toLastingHeaders(hooks()?.subgraphHeaders?.(request, context));
      return (operation, variables, context) => {
        const address = hooks()?.findAddress?.(context.headers, context.remoteAddress);
        registry.admit(context, address);
        const { overrideLabels } = operation.supergraph;
        const overrides = chooseOverrides(overrideLabels, hooks()?.overrideLabels?.(context));
        const variant = operation.variantFor(variables.coerced, overrides, context.watch);
        if (!variant.plan) return { data: null, errors: [...operation.refusals] };
        const plan = planSubscription(operation, variant, variables.coerced);
        const stream = new EventStream(
          {
            plan,
            refusals: operation.refusals,
            variables,
            context,
            transport,
            upstreams,
            limits: limitsNow(),
            headersFor,
            finish,
            finishesAll: hooks()?.finishesAll === true,
            log,
            ...(options.telemetry && { watch: new StreamWatch(plan.primary.subgraph, options.telemetry) }),
          },
          (ended) => registry.remove(ended),
        );
        startedByStream.set(stream, { endpoint, operation, variant, variables });
        registry.add(stream, address);
        return stream;
      };
    },
    renew(identity) {
      for (const stream of registry.renew(identity)) keepOrEnd(stream);
    },
    endSession: (sessionId) => registry.endSession(sessionId),
    endAll: () => registry.endAll(),
    keepValid() {
      for (const stream of [...registry]) keepOrEnd(stream);
    },
    [Symbol.dispose]() {
      registry.endAll();
      registry[Symbol.dispose]();
    },
  };
}

function toLastingHeaders(headers: Readonly<Record<string, string>> | undefined): Record<string, string> | null {
  if (!headers) return null;
  const lasting = Object.entries(headers).filter(([name]) => !REQUEST_HEADERS.has(name));
  return lasting.length ? Object.fromEntries(lasting) : null;
}
