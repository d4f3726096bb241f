import type { TokenVerifier } from '@vibecode/platform/identity';
import type { Logger } from '@vibecode/platform/log';
import { createSharedTexts, type SharedTexts } from '../cache/redis.texts.ts';
import type { RouterConfig } from '../config/config.schema.ts';
import type { LoadedSupergraph } from '../pipeline/supergraph.ts';
import type { RequestContext } from '../request/context.ts';
import type { GatewayHooks, MeasuredCost } from '../request/hooks.ts';
import { createAnswerHeaderRules } from './answer.header.rules.ts';
import { createApiKeyExchange, type ExchangeApiKey } from './api-key.exchange.ts';
import { createAuthorization } from './authorization.ts';
import { createCoprocessor } from './coprocessor.ts';
import { createCors } from './cors.ts';
import { createDemandControl } from './demand.control.ts';
import { createHeaderRules } from './header.rules.ts';
import { createHttpHandler } from './http.handler.ts';
import { toIdentityHooks } from './identity.hooks.ts';
import { createIdentityProvider, type IdentityProvider } from './identity.ts';
import { type AssertCapacity, createLoadLimit } from './load.limit.ts';
import { createOperationLimits } from './operation.limits.ts';
import {
  createAutomaticPersistedQueries,
  createPersistedQueries,
  type PersistedQueries,
  type ResolveRequest,
} from './persisted.queries.ts';
import { createRateLimit, findClientAddress, type RateLimit } from './rate.limit.ts';
import { createRequestBudget } from './request.budget.ts';
import { admitWithin, assertKind, createRequestGate } from './request.gate.ts';
import { chain, createFinish } from './result.finish.ts';
import { createRoutes } from './routes.ts';

export interface EdgeOptions {
  readonly config: RouterConfig;
  readonly supergraph: LoadedSupergraph;
  readonly log: Logger;
  /** Path of the GraphQL endpoint. */
  readonly path: string;
  /** The system's own verifier of tokens, where the gateway runs within one. */
  readonly verifier?: TokenVerifier;
  /** Exchanges API keys for tokens. Default: the exchange of the configuration. */
  readonly exchangeApiKey?: ExchangeApiKey;
  /** Redis for shared rate limit counts when the configuration names none. */
  readonly redis?: { readonly url: string; readonly prefix: string };
  readonly grantPolicies?: (policies: readonly string[], context: RequestContext) => readonly string[];
  readonly onCost?: (cost: MeasuredCost) => void;
  /** The edge of the whole graph. A variant uses its identity provider and shares its counts. */
  readonly main?: Edge;
  /** Whether a variant counts its requests separately from the whole graph. */
  readonly countsApart?: boolean;
}

/** The edge features of a configuration as hooks of the gateway. A feature that is off sets no hook. */
export interface Edge extends AsyncDisposable {
  readonly hooks: GatewayHooks;
  /** What the edges of variants share with this one. */
  readonly shared: {
    readonly identity: IdentityProvider | null;
    readonly rateLimit: RateLimit | null;
    readonly assertCapacity: AssertCapacity | null;
  };
}

/** @throws AppError for a configuration that names files or subgraphs that are not there */
export async function createEdge(options: EdgeOptions): Promise<Edge> {
  const { config, supergraph, log, verifier, main } = options;
  await using starting = new AsyncDisposableStack();
  const isSignedIn = verifier !== undefined || config.authentication.router !== undefined;
  const identity = main
    ? main.shared.identity
    : isSignedIn
      ? starting.use(
          createIdentityProvider({
            config: config.authentication,
            verifier,
            log,
            exchangeApiKey: options.exchangeApiKey ?? createApiKeyExchange(config, supergraph),
          }),
        )
      : null;
  const rateLimit =
    main && !options.countsApart
      ? main.shared.rateLimit
      : config.rate_limit
        ? starting.use(createRateLimit(config.rate_limit, options.redis, options.path, log))
        : null;
  const budget = rateLimit && config.rate_limit ? createRequestBudget(config.rate_limit, rateLimit) : null;
  const assertCapacity = main ? main.shared.assertCapacity : createLoadLimit(config.traffic_shaping.router);
  const { redis: apqRedis } = config.apq.router.cache;
  const isShared = apqRedis && config.apq.enabled && !config.persisted_queries.enabled;
  const sharedQueries = isShared ? starting.use(createSharedTexts(apqRedis, 'persisted queries', log)) : null;
  const persisted = await createPersistence(config, log, sharedQueries);
  if (persisted && Symbol.dispose in persisted) starting.use(persisted as PersistedQueries);
  const cors = createCors(config.cors);
  const routes = createRoutes({ config, supergraph, identity, budget, cors, log });
  if (routes) starting.use(routes);

  const coprocessor = config.coprocessor && starting.use(createCoprocessor(config.coprocessor, supergraph.sdl, log));

  const limits = createOperationLimits(config.limits.router, log);
  const demand = createDemandControl({ config: config.demand_control, supergraph, log, onMeasured: options.onCost });
  const finish = createFinish(config);
  const addressHeader = config.rate_limit?.client_ip_header;
  const hooks: GatewayHooks = {
    handleHttp: createHttpHandler(options, cors, routes, assertCapacity),
    allowsOrigin: (origin, host) => cors.listsOrigin(origin) || URL.parse(origin)?.host === host,
    ...(addressHeader && {
      findAddress: (headers, remoteAddress) => findClientAddress(addressHeader, headers, remoteAddress),
    }),
    resolveRequest: createRequestGate(config, budget, persisted),
    ...(budget && {
      assertBudget: (context) => budget.assertOpen(context),
      countRequest: (context) => budget.count(context),
      countMalformed: (context) => budget.countMalformed(context),
    }),
    checkText: limits.checkText,
    checkDocument: limits.checkDocument,
    checkOperation(operation) {
      assertKind(operation, config);
      limits.checkOperation(operation);
    },
    authorize: createAuthorization({
      config: config.authorization.directives,
      supergraph,
      log,
      grantPolicies: options.grantPolicies,
    }),
    subgraphHeaders: createHeaderRules(config.headers, addressHeader),
    takeSubgraphHeaders: createAnswerHeaderRules(config.headers, config.authentication.router?.sign_in?.header_name),
    ...(config.batching.enabled && { batching: { maximumSize: config.batching.maximum_size } }),
    ...(coprocessor && { stages: coprocessor.stages }),
    ...(config.supergraph.log_on_broken_pipe && { logsBrokenPipes: true }),
    clientHeaders: {
      name: config.telemetry.apollo.client_name_header,
      version: config.telemetry.apollo.client_version_header,
    },
    ...(identity && toIdentityHooks(identity, config, cors, budget)),
    ...(demand
      ? { ...demand, finishResult: chain(demand.finishResult, finish), finishesAll: true }
      : finish && { finishResult: finish }),
    ...(budget && { admit: admitWithin(budget, demand?.admit) }),
  };
  const owned = starting.move();
  return {
    hooks,
    shared: { identity, rateLimit, assertCapacity },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function createPersistence(
  { persisted_queries: persisted, apq }: RouterConfig,
  log: Logger,
  shared: SharedTexts | null,
): Promise<{ readonly resolve: ResolveRequest } | null> {
  if (persisted.enabled) return createPersistedQueries(persisted, log);
  return apq.enabled ? createAutomaticPersistedQueries(apq.router.cache.in_memory.limit, shared) : null;
}
