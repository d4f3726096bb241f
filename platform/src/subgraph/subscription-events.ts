import { type ExecutionResult, GraphQLError } from 'graphql';
import { UnauthenticatedError } from '../errors.ts';
import type { TokenVerifier, Viewer } from '../identity.ts';

export interface SubscriptionEventsOptions {
  readonly source: AsyncIterable<unknown>;
  /** Aborts when the subscription ends for any reason. */
  readonly ended: AbortController;
  readonly viewer: Viewer | null;
  readonly verifier: TokenVerifier;
  /** Executes the operation for one event of the source. */
  readonly run: (event: unknown) => Promise<ExecutionResult>;
}

/**
 * The results of one subscription. It ends with the source, with its consumer, or with the viewer's session. `next` never throws,
 * because operations share the socket, and an error of one must not close it for the others.
 */
export class SubscriptionEvents implements AsyncIterableIterator<ExecutionResult> {
  readonly #events: AsyncIterator<unknown>;
  readonly #finished = Promise.withResolvers<IteratorResult<unknown>>();
  readonly #stopListening: () => void;
  #refusal: UnauthenticatedError | null = null;
  #isLast = false;

  constructor(private readonly options: SubscriptionEventsOptions) {
    const { source, viewer, verifier } = options;
    this.#events = source[Symbol.asyncIterator]();
    this.#stopListening = verifier.onRevoked((sessionId) => {
      if (sessionId !== viewer?.sessionId) return;
      const details = { reason: 'revoked' };
      this.#refuse(new UnauthenticatedError('The session has ended. Sign in again.', { details }));
    });
    // The session may have been revoked while the source was being created, before this listener existed.
    if (viewer) verifier.verify(viewer.token).catch((error) => this.#refuse(error));
  }

  async next(): Promise<IteratorResult<ExecutionResult>> {
    if (this.#isLast) return { done: true, value: undefined };
    try {
      const event = await Promise.race([this.#events.next(), this.#finished.promise]);
      if (!event.done) return { done: false, value: await this.options.run(event.value) };
      this.#end();
      if (this.#refusal) return { done: false, value: { errors: [toOperationError(this.#refusal)] } };
      return { done: true, value: undefined };
    } catch (error) {
      this.#end();
      return { done: false, value: { errors: [toOperationError(error)] } };
    }
  }

  async return(): Promise<IteratorResult<ExecutionResult>> {
    this.#end();
    return { done: true, value: undefined };
  }

  throw(error: unknown): Promise<never> {
    this.#end();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #refuse(error: UnauthenticatedError): void {
    this.#refusal = error;
    this.#stop();
  }

  /** Ends the subscription. */
  #end(): void {
    this.#isLast = true;
    this.#stop();
  }

  #stop(): void {
    this.#stopListening();
    this.options.ended.abort();
    this.#finished.resolve({ done: true, value: undefined });
    // A source that waits for its next event may never answer. The signal has told it to stop.
    void Promise.resolve(this.#events.return?.()).catch(() => undefined);
  }
}

/** Wraps an error as graphql-js wraps a resolver's. It is masked later, when it is sent. */
export function toOperationError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError((error as Error).message, { originalError: error as Error });
}
