import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { GatewayCore } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { EndedByStage } from '../request/stages.ts';
import { type BodyLimits, DEFAULT_BODY_LIMITS } from './http.body.ts';
import { HttpContext } from './http.context.ts';
import { type Accepted, negotiate } from './http.negotiation.ts';
import type { HttpServerOptions } from './http.options.ts';
import { readGraphQLRequest } from './http.request.ts';
import { NEVER, sendBatch, sendResult } from './http.result.ts';
import { type Rewrite, sendStream } from './http.stream.ts';
import { sendText } from './http.text.ts';

/** Where a request for a graph came in, and the hooks in force there. */
export interface GraphQLAddress {
  readonly path: string;
  readonly search: string;
  readonly hooks: GatewayHooks;
}

const COMPRESS_FROM_BYTES = 2_048;
const ACCEPTABLE =
  'ask for application/graphql-response+json, application/json, text/event-stream, ' +
  'multipart/mixed;subscriptionSpec=1.0 or multipart/mixed;deferSpec=20220824.';

/** Answers requests for a graph (https://graphql.github.io/graphql-over-http/draft/), streams included. */
export class GraphQLOverHttp {
  readonly #bodyLimits: BodyLimits;
  readonly #compressFrom: () => number;
  /** A field rather than a method, so that no request has to bind it. */
  readonly #reportUnidentified = async (error: Error): Promise<never> => {
    await this.options.plugins?.contextFailed(error);
    throw error;
  };

  constructor(private readonly options: HttpServerOptions) {
    this.#bodyLimits = options.bodyLimits ?? DEFAULT_BODY_LIMITS;
    this.#compressFrom = options.compressFromBytes ?? (() => COMPRESS_FROM_BYTES);
  }

  /** @returns the context; undefined when the client accepts no format that the gateway has */
  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    { path: at, search, hooks }: GraphQLAddress,
    core: () => GatewayCore,
  ): Promise<HttpContext | undefined> {
    const accept = negotiate(request.headers.accept);
    if (!accept) {
      sendText(response, 406, `Accept ${request.headers.accept} cannot be met: ${ACCEPTABLE}`);
      return undefined;
    }
    const { log, telemetry, onIdentity, heartbeatMs } = this.options;
    const context = new HttpContext(request, response, randomUUID(), hooks.clientHeaders);
    if (hooks.logsBrokenPipes) logBrokenPipe(response, context.id, log);
    context.watch = telemetry?.().begin(context, 'http', at);
    const onAnswer = hooks.stages?.routerResponse;
    const rewrite: Rewrite | undefined = onAnswer && ((answer, isFirst) => onAnswer(answer, context, isFirst));
    try {
      const identity = hooks.identify
        ? hooks.identify(context.headers, undefined, context.remoteAddress)
        : passOnBearer(context.headers.authorization);
      context.identity = identity instanceof Promise ? await identity.catch(this.#reportUnidentified) : identity;
      if (context.identity) onIdentity?.(context.identity);
      hooks.assertBudget?.(context);
      const stage = hooks.stages?.routerRequest;
      const onBody = stage && ((body: string | null) => stage(body, at, context));
      const graphql = await readGraphQLRequest(request, search, this.#bodyLimits, hooks.batching, onBody).catch(
        (error) => {
          // A request that a coprocessor has ended is not an invalid request.
          if (error instanceof EndedByStage) throw error;
          return this.#reportInvalid(error, hooks, context);
        },
      );
      const isBatch = Array.isArray(graphql);
      if (!isBatch) context.extensions = graphql.extensions ?? undefined;
      if (isBatch) {
        const results = await Promise.all(graphql.map((one) => core().execute(one, context.toItem(one))));
        await sendBatch(response, results, rewrite);
        return context;
      }
      // A coprocessor's stages and some telemetry read results, which must not be bytes then.
      context.takesBytes = typeof accept.single === 'string' && !hooks.stages && !context.watch?.sees;
      const takesStreams = accept.subscription !== null || accept.defer !== null;
      const result = takesStreams
        ? await core().subscribe(graphql, context, accept)
        : await core().execute(graphql, context);
      if ('attach' in result) {
        const format = (result.isDeferred ? accept.defer : accept.subscription)!;
        await sendStream(response, result, format, heartbeatMs, rewrite);
      } else await sendResult(response, result, accept.single, this.#compressFrom(), context.status, rewrite);
    } catch (error) {
      if (response.headersSent || response.destroyed) return context;
      await this.#sendError(response, error, accept, context, rewrite);
    }
    return context;
  }

  #sendError(
    response: ServerResponse,
    error: unknown,
    { single }: Accepted,
    { watch }: HttpContext,
    rewrite: Rewrite | undefined,
  ): Promise<void> | undefined {
    if (error instanceof EndedByStage) return sendResult(response, error.result, single, NEVER, error.status);
    const { status, message, code } = toHttpError(error, this.options.log);
    for (const [name, value] of Object.entries(headersOf(error))) response.setHeader(name, value);
    const refused = { errors: [{ message, extensions: { code } }] };
    watch?.note(refused.errors);
    // A coprocessor that has failed is not called for the answer that says so.
    const rewriteError = code === 'COPROCESSOR_FAILED' ? undefined : rewrite;
    return sendResult(response, refused, single, NEVER, status, rewriteError);
  }

  async #reportInvalid(error: Error, hooks: GatewayHooks, context: HttpContext): Promise<never> {
    await this.options.plugins?.invalidRequest(error);
    if (error instanceof AppError) await hooks.countMalformed?.(context);
    throw error;
  }
}

function toHttpError(error: unknown, log: Logger): { status: number; message: string; code: string } {
  if (error instanceof AppError) return error;
  log.error({ action: 'gateway.http.failed', error });
  return { status: 500, message: 'The gateway failed to answer.', code: 'INTERNAL_ERROR' };
}

/** Headers of a refusal, such as `retry-after`. */
function headersOf(error: unknown): Readonly<Record<string, string>> {
  return error instanceof AppError && 'headers' in error ? (error.headers as Record<string, string>) : {};
}

function logBrokenPipe(response: ServerResponse, requestId: string, log: Logger): void {
  response.once('close', () => {
    if (response.writableFinished) return;
    log.info(
      { action: 'gateway.http.broken-pipe', requestId },
      'The client closed the connection before it had the whole answer.',
    );
  });
}

/** For a gateway that verifies no tokens: the subgraphs do. */
export function passOnBearer(authorization: string | undefined) {
  if (!authorization?.startsWith('Bearer ')) return null;
  const token = authorization.slice(7).trim();
  return { key: token, subject: '', token, scopes: [], claims: {} };
}
