import { createHash } from 'node:crypto';
import { type GraphQLFormattedError, parse } from 'graphql';
import type { GraphQLRequest, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import type { OperationPlugins } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import { RefusedRequestError } from '../request/refusal.ts';
import { FetchTraces } from './fetch.traces.ts';
import type { OpenRequestContext } from './plugin.context.ts';
import { type RequestListener, toGraphQLError } from './plugin.context.ts';
import { watchStream } from './plugin.stream.ts';

/** One operation on its way through the plugins. */
export class PluginOperation implements OperationPlugins {
  /** What subgraphs' answers tell of themselves, for reports and cache policies. */
  readonly fetches: FetchTraces;

  constructor(
    private readonly opened: OpenRequestContext,
    private readonly listeners: readonly RequestListener[],
    private readonly failed: (error: Error) => Promise<void>,
  ) {
    this.fetches = new FetchTraces(opened);
  }

  /**
   * @param request as it came
   * @param resolved with the text of a persisted query
   */
  async didResolveSource(request: GraphQLRequest, resolved: GraphQLRequest): Promise<void> {
    const { opened } = this;
    const isPersisted = request.extensions?.persistedQuery !== undefined;
    opened.metrics.persistedQueryHit = isPersisted && request.query === undefined;
    opened.metrics.persistedQueryRegister = isPersisted && request.query !== undefined;
    if (resolved.query === undefined) return;
    opened.source = resolved.query;
    opened.queryHash = createHash('sha256').update(resolved.query).digest('hex');
    await this.#each('didResolveSource');
  }

  /**
   * Parses and validates. Plugins hear of both when a text is new, and in any case of what is wrong with it.
   * @throws what `prepare` throws, or what a plugin refuses the operation with
   */
  async prepare<Operation extends ParsedOperation>(prepare: () => Operation, isKnown: boolean): Promise<Operation> {
    const { opened } = this;
    let operation: Operation;
    const parsed = isKnown ? null : await this.#start('parsingDidStart');
    try {
      operation = prepare();
    } catch (error) {
      await this.#didRefuse(error, parsed);
      throw error;
    }
    opened.document = operation.document;
    opened.operation = operation.operation;
    opened.operationName = operation.operation.name?.value ?? null;
    await parsed?.(undefined);
    if (parsed) await (await this.#start('validationDidStart'))(undefined);
    await this.#each('didResolveOperation');
    return operation;
  }

  /** Executes, unless a plugin answers in the graph's place. */
  async execute(run: () => Promise<GraphQLResult>): Promise<GraphQLResult> {
    const answer = await this.#responseForOperation();
    if (answer) return answer;
    const started = await Promise.all(
      this.listeners.map((listener) => listener.executionDidStart?.(this.opened as never)),
    );
    const end = async (error?: Error): Promise<void> => {
      await Promise.all(started.reverse().map((listener) => listener?.executionDidEnd?.(error)));
    };
    try {
      const result = await run();
      await end();
      return result;
    } catch (error) {
      await end(error as Error);
      throw error;
    }
  }

  /**
   * @param raw with the errors as they are
   * @param finished as the client is to see it
   * @param operation null when it was refused before it was one
   */
  async finish(raw: GraphQLResult, finished: GraphQLResult, operation: ParsedOperation | null): Promise<GraphQLResult> {
    const { opened } = this;
    try {
      this.fetches.finish(raw.errors ?? [], operation);
      if (raw.errors?.length) await this.#didEncounterErrors(raw.errors);
      opened.response.body = { kind: 'single', singleResult: finished };
      await this.#each('willSendResponse');
      this.#sendHead();
      return (opened.response.body as { singleResult: GraphQLResult }).singleResult;
    } catch (error) {
      await this.failed(error as Error);
      opened.logger.error(`A plugin failed: ${(error as Error).message}`);
      return { errors: [{ message: 'The gateway failed to answer.', extensions: { code: 'INTERNAL_ERROR' } }] };
    }
  }

  /** A stream's events are subsequent payloads to the plugins; its end is one without `hasNext`. */
  async watch(stream: SubscriptionStream): Promise<SubscriptionStream> {
    this.opened.response.body = {
      kind: 'incremental',
      initialResult: { hasNext: true },
      subsequentResults: (async function* () {})(),
    } as never;
    try {
      await this.#each('willSendResponse');
    } catch (error) {
      stream.stop();
      throw error;
    }
    this.#sendHead();
    return watchStream(stream, this.opened, this.listeners);
  }

  async #responseForOperation(): Promise<GraphQLResult | null> {
    const { http } = this.opened.response;
    for (const listener of this.listeners) {
      const answer = await listener.responseForOperation?.(this.opened as never);
      if (answer?.body.kind !== 'single') continue;
      for (const [name, value] of answer.http.headers) http.headers.set(name, value);
      if (answer.http.status) http.status = answer.http.status;
      return answer.body.singleResult as GraphQLResult;
    }
    return null;
  }

  #sendHead(): void {
    const { contextValue, response } = this.opened;
    for (const [name, value] of response.http.headers) contextValue.setHeader?.(name, value);
    if (response.http.status !== undefined) contextValue.setStatus?.(response.http.status);
  }

  async #didRefuse(error: unknown, parsed: ((error?: Error) => Promise<void>) | null): Promise<void> {
    const errors = error instanceof RefusedRequestError ? error.errors : [{ message: (error as Error).message }];
    const graphqlErrors = errors.map(toGraphQLError);
    const isUnread = errors.some(({ extensions }) => extensions?.code === 'GRAPHQL_PARSE_FAILED');
    await parsed?.(isUnread ? graphqlErrors[0] : undefined);
    if (isUnread || this.opened.source === undefined) return;
    try {
      this.opened.document = parse(this.opened.source);
    } catch {
      // Refused before it was read: it has too many tokens, say.
      return;
    }
    await (await this.#start('validationDidStart'))(graphqlErrors);
  }

  async #didEncounterErrors(errors: readonly GraphQLFormattedError[]): Promise<void> {
    this.opened.errors = errors.map(toGraphQLError);
    await this.#each('didEncounterErrors');
  }

  async #each(hook: 'didResolveSource' | 'didResolveOperation' | 'didEncounterErrors' | 'willSendResponse') {
    await Promise.all(this.listeners.map((listener) => listener[hook]?.(this.opened as never)));
  }

  async #start<Hook extends 'parsingDidStart' | 'validationDidStart'>(hook: Hook) {
    const ends = await Promise.all(this.listeners.map((listener) => listener[hook]?.(this.opened as never)));
    ends.reverse();
    return async (what: Parameters<Exclude<Awaited<ReturnType<NonNullable<RequestListener[Hook]>>>, void>>[0]) => {
      for (const end of ends) await (end as ((what: unknown) => Promise<void>) | undefined)?.(what);
    };
  }
}
