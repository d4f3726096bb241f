import { createHash } from 'node:crypto';
import type {
  ApolloServerPlugin,
  GraphQLRequestContext,
  GraphQLRequestListener,
  GraphQLServerListener,
} from '@apollo/server';
import type { KeyValueCache } from '@apollo/utils.keyvaluecache';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { Logger } from '@vibecode/platform/log';
import type { RequestContext } from '../request/context.ts';
import type { GraphQLRequest } from '../request/message.ts';
import type { ServedSchema } from '../request/served.schema.ts';
import { createRequestContext, type OpenRequestContext } from './plugin.context.ts';
import { PluginOperation } from './plugin.operation.ts';

/** A plugin of Apollo Server's. Its `contextValue` is the gateway's request context. */
export type GatewayPlugin = ApolloServerPlugin<RequestContext>;

/** The graph that usage is reported for. */
export interface ApolloGraph {
  readonly key: string;
  /** `name@variant` */
  readonly graphRef: string;
}

export interface PluginHostOptions {
  readonly plugins: readonly GatewayPlugin[];
  readonly apollo?: ApolloGraph | undefined;
  readonly log: Logger;
}

/**
 * Drives plugins of Apollo Server through every operation, in the order that Apollo Server documents.
 * Source: https://www.apollographql.com/docs/apollo-server/integrations/plugins-event-reference
 */
export class PluginHost {
  readonly #listeners: GraphQLServerListener[] = [];
  readonly #cache: KeyValueCache<string> = new InMemoryLRUCache();
  readonly #logger;
  #isStarted = false;

  constructor(private readonly options: PluginHostOptions) {
    const { log } = options;
    this.#logger = {
      debug: (message?: unknown) => log.debug(message),
      info: (message?: unknown) => log.info(message),
      warn: (message?: unknown) => log.warn(message),
      error: (message?: unknown) => log.error(message),
    };
  }

  /** @throws what a plugin throws that does not want to start */
  async start(supergraph: ServedSchema): Promise<void> {
    const { plugins, apollo } = this.options;
    const service = {
      logger: this.#logger,
      cache: this.#cache,
      schema: supergraph.apiSchema,
      apollo: { ...apollo, ...(apollo && { keyHash: createHash('sha512').update(apollo.key).digest('hex') }) },
      startedInBackground: false,
    };
    try {
      for (const plugin of plugins) {
        const listener = await plugin.serverWillStart?.(service);
        if (listener) this.#listeners.push(listener);
      }
    } catch (error) {
      await Promise.all(plugins.map((plugin) => plugin.startupDidFail?.({ error: error as Error })));
      throw error;
    }
    this.#isStarted = true;
    this.schemaChanged(supergraph);
  }

  schemaChanged({ apiSchema, sdl }: ServedSchema): void {
    if (!this.#isStarted) return;
    for (const listener of this.#listeners) listener.schemaDidLoadOrUpdate?.({ apiSchema, coreSupergraphSdl: sdl });
  }

  async begin(request: GraphQLRequest, context: RequestContext, { apiSchema }: ServedSchema): Promise<PluginOperation> {
    const opened = createRequestContext({
      request,
      context,
      schema: apiSchema,
      logger: this.#logger,
      cache: this.#cache,
    });
    const shown = opened as GraphQLRequestContext<RequestContext>;
    const begun = await Promise.all(this.options.plugins.map((plugin) => plugin.requestDidStart?.(shown)));
    const listeners = begun.filter((listener): listener is GraphQLRequestListener<RequestContext> => Boolean(listener));
    return new PluginOperation(opened, listeners, (error) => this.#failed(opened, error));
  }

  /** A request that is not a GraphQL request, or not from a page that may send it. */
  async invalidRequest(error: Error): Promise<void> {
    await Promise.all(this.options.plugins.map((plugin) => plugin.invalidRequestWasReceived?.({ error })));
  }

  /** The client could not be identified. */
  async contextFailed(error: Error): Promise<void> {
    await Promise.all(this.options.plugins.map((plugin) => plugin.contextCreationDidFail?.({ error })));
  }

  async drain(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.drainServer?.()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.serverWillStop?.()));
  }

  async #failed(opened: OpenRequestContext, error: Error): Promise<void> {
    const requestContext = opened as GraphQLRequestContext<RequestContext>;
    await Promise.all(
      this.options.plugins.map((plugin) => plugin.unexpectedErrorProcessingRequest?.({ requestContext, error })),
    );
  }
}
