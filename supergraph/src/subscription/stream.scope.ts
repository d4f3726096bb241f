import type { Logger } from '@vibecode/platform/log';
import type { GraphQLFormattedError } from 'graphql';
import type { RequestContext } from '../request/context.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';
import type { StreamWatch } from '../telemetry/stream.watch.ts';
import type { CompletionScope } from './event.completion.ts';
import type { SubscriptionPlan } from './subscription.plan.ts';
import type { StreamLimits } from './subscription.settings.ts';
import type { Upstreams } from './upstream.ts';

/** What a reload may change of a stream that runs. */
export interface StreamTerms {
  readonly plan: SubscriptionPlan;
  readonly refusals: readonly GraphQLFormattedError[];
  readonly finishesAll: boolean;
}

/** What one stream works with. */
export interface StreamScope extends CompletionScope, StreamTerms {
  readonly plan: SubscriptionPlan;
  readonly refusals: readonly GraphQLFormattedError[];
  readonly upstreams: Upstreams;
  readonly limits: StreamLimits;
  readonly log: Logger;
  /** Masks errors and the like: called for events with errors, for all when `finishesAll`. */
  readonly finish: (result: GraphQLResult, context: RequestContext) => GraphQLResult;
  /** Headers of the client that go on to the subgraph, as far as they concern more than one request. */
  readonly headersFor?: (request: SubgraphRequest, context: RequestContext) => Readonly<Record<string, string>> | null;
  /** Measures the events. */
  readonly watch?: StreamWatch;
}
