import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from 'node:https';
import { findStatus } from '@vibecode/platform/error.catalogue';
import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { PluginHost } from '../plugin/plugin.host.ts';
import type { GatewayCore, Identity } from '../request/context.ts';
import type { Endpoint } from '../request/endpoint.ts';
import type { GatewayHooks, HttpHandler } from '../request/hooks.ts';
import type { GraphQLResult } from '../request/message.ts';
import { compileRoutePattern, hasParameters } from '../request/route.pattern.ts';
import { EndedByStage } from '../request/stages.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type BodyLimits, DEFAULT_BODY_LIMITS } from './http.body.ts';
import { sendCompressed } from './http.compression.ts';
import { HttpContext } from './http.context.ts';
import { negotiate, type ResponseType } from './http.negotiation.ts';
import { readGraphQLRequest } from './http.request.ts';
import { type Rewrite, sendStream, sendStreamOfOne } from './http.stream.ts';
import type { StreamFormat } from './stream.format.ts';

/** Serves one path beside GraphQL. */

export interface HttpServerOptions {
  /** Asked for each request, so that a reload takes effect on open connections. */
  readonly core: () => GatewayCore;
  readonly log: Logger;
  /** Asked for each request, like `core`. */
  readonly hooks?: () => GatewayHooks;
  /** Asked for each request, like `core`. Left out: nothing is measured. */
  readonly telemetry?: () => Telemetry;
  /** Told of requests that never become operations. */
  readonly plugins?: PluginHost | null;
  /** May have parameters. Default `/graphql`. */
  readonly path?: string;
  /** The graph at another path, if there is one. */
  readonly variantAt?: (path: string) => Endpoint | undefined;
  readonly bodyLimits?: BodyLimits;
  /** Time for a request's line and headers, obeyed to half a second. Default Node's own, 60,000. */
  readonly headersTimeoutMs?: number | undefined;
  /** Size from which an answer is compressed for clients that accept it, asked for each. Default 2,048 bytes. */
  readonly compressFromBytes?: () => number;
  /** Whether the graph is at `/` as well, for POST. */
  readonly servesRoot?: boolean;
  /** Most bytes of a request's line and headers. Default Node's own, 16 KiB. */
  readonly headerLimitBytes?: number | undefined;
  /** Certificate and key, to serve HTTPS. Left out: plain HTTP. */
  readonly tls?: TlsOptions;
  /** What else is served, by exact path. */
  readonly routes?: ReadonlyMap<string, HttpHandler>;
  /** Whether a `Host` header is answered at a path. Left out: each is. */
  readonly allowsHost?: (host: string | undefined, path: string) => boolean;
  /** Answers whatever is not served otherwise. Left out: 404. */
  readonly site?: HttpHandler | undefined;
  /** Told of each request's verified identity. */
  readonly onIdentity?: (identity: Identity) => void;
  /** Time between signs of life on a stream. Default 5,000. */
  readonly heartbeatMs?: number;
}

interface Asked {
  readonly path: string;
  readonly search: string;
  readonly hooks: GatewayHooks;
}

const CONNECTIONS_CHECKING_MS = 500;
/** Node's own, for whole requests on any path. */
const REQUEST_TIMEOUT_MS = 300_000;
const NO_HOOKS: GatewayHooks = {};
const COMPRESS_FROM_BYTES = 2_048;
const ACCEPTABLE =
  'ask for application/graphql-response+json, application/json, text/event-stream, ' +
  'multipart/mixed;subscriptionSpec=1.0 or multipart/mixed;deferSpec=20220824.';

/** GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/), streams included, on plain `node:http`. */
export function createHttpServer(options: HttpServerOptions): Server {
  const {
    log,
    path = '/graphql',
    bodyLimits = DEFAULT_BODY_LIMITS,
    routes = new Map(),
    onIdentity,
    heartbeatMs,
    plugins,
  } = options;
  const compressFrom = options.compressFromBytes ?? (() => COMPRESS_FROM_BYTES);
  const hooksOf = options.hooks ?? (() => NO_HOOKS);
  const telemetryOf = options.telemetry;
  const isGraphQL = compileRoutePattern(path);
  const takesOthers = hasParameters(path);

  async function tellInvalid(error: Error, hooks: GatewayHooks, context: HttpContext): Promise<never> {
    await plugins?.invalidRequest(error);
    if (error instanceof AppError) await hooks.countMalformed?.(context);
    throw error;
  }

  async function tellUnknown(error: Error): Promise<never> {
    await plugins?.contextFailed(error);
    throw error;
  }

  /** @returns the context, where it was an operation that could be read */
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<HttpContext | undefined> {
    if (options.servesRoot && (request.method === 'POST' || request.method === 'OPTIONS')) toGraphQLPath(request, path);
    const url = request.url ?? '/';
    const queryAt = url.indexOf('?');
    const pathname = queryAt < 0 ? url : url.slice(0, queryAt);
    if (options.allowsHost?.(request.headers.host, pathname) === false) {
      request.resume();
      sendText(response, 421, toMisdirected(request.headers.host));
      return undefined;
    }
    const variant = options.variantAt?.(pathname);
    const hooks = variant?.hooks ?? hooksOf();
    // A path with parameters may cover those that have one of their own.
    const own = takesOthers ? routes.get(pathname) : undefined;
    if (own) {
      await own(request, response);
      return undefined;
    }
    if (hooks.handleHttp && (await hooks.handleHttp(request, response))) return undefined;
    if (variant || isGraphQL(pathname)) {
      const at: Asked = { path: pathname, search: queryAt < 0 ? '' : url.slice(queryAt), hooks };
      return answerGraphQL(request, response, at, variant ? () => variant.core : options.core);
    }
    const route = routes.get(pathname) ?? options.site;
    if (route) await route(request, response);
    else sendText(response, 404, `There is nothing at ${pathname}. GraphQL is served at ${path}.`);
    return undefined;
  }

  async function answerGraphQL(
    request: IncomingMessage,
    response: ServerResponse,
    { path: at, search, hooks }: Asked,
    core: () => GatewayCore,
  ): Promise<HttpContext | undefined> {
    const accept = negotiate(request.headers.accept);
    if (!accept) {
      sendText(response, 406, `Accept ${request.headers.accept} cannot be met: ${ACCEPTABLE}`);
      return undefined;
    }
    const context = new HttpContext(request, response, randomUUID(), hooks.clientHeaders);
    if (hooks.logsBrokenPipes) logBrokenPipe(response, context.id, log);
    context.watch = telemetryOf?.().begin(context, 'http', at);
    const onAnswer = hooks.stages?.routerResponse;
    const rewrite: Rewrite | undefined = onAnswer && ((answer, isFirst) => onAnswer(answer, context, isFirst));
    try {
      const identity = hooks.identify
        ? hooks.identify(context.headers, undefined, context.remoteAddress)
        : passOnBearer(context.headers.authorization);
      context.identity = identity instanceof Promise ? await identity.catch(tellUnknown) : identity;
      if (context.identity) onIdentity?.(context.identity);
      hooks.assertBudget?.(context);
      const stage = hooks.stages?.routerRequest;
      const onBody = stage && ((body: string | null) => stage(body, at, context));
      const graphql = await readGraphQLRequest(request, search, bodyLimits, hooks.batching, onBody).catch((error) => {
        // A coprocessor that ends a request does not make it an invalid one.
        if (error instanceof EndedByStage) throw error;
        return tellInvalid(error, hooks, context);
      });
      const isBatch = Array.isArray(graphql);
      if (!isBatch) context.extensions = graphql.extensions ?? undefined;
      if (isBatch) {
        const results = await Promise.all(graphql.map((one) => core().execute(one, context.toItem(one))));
        await sendBatch(response, results, rewrite);
        return context;
      }
      // Where a stage or the telemetry looks into results they have to be read.
      context.takesBytes = typeof accept.single === 'string' && !hooks.stages && !context.watch?.sees;
      const takesStreams = accept.subscription !== null || accept.defer !== null;
      const result = takesStreams
        ? await core().subscribe(graphql, context, accept)
        : await core().execute(graphql, context);
      if ('attach' in result) {
        const format = (result.isDeferred ? accept.defer : accept.subscription)!;
        await sendStream(response, result, format, heartbeatMs, rewrite);
      } else await sendResult(response, result, accept.single, compressFrom(), context.status, rewrite);
    } catch (error) {
      if (response.headersSent || response.destroyed) return context;
      if (error instanceof EndedByStage) {
        await sendResult(response, error.result, accept.single, NEVER, error.status);
        return context;
      }
      const { status, message, code } = toHttpError(error, log);
      for (const [name, value] of Object.entries(headersOf(error))) response.setHeader(name, value);
      const refused = { errors: [{ message, extensions: { code } }] };
      context.watch?.note(refused.errors);
      const again = code === 'COPROCESSOR_FAILED' ? undefined : rewrite;
      await sendResult(response, refused, accept.single, NEVER, status, again);
    }
    return context;
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const telemetry = telemetryOf?.();
    const startMs = telemetry ? performance.now() : 0;
    telemetry?.began();
    answer(request, response).then(
      (context) => telemetry?.answered(request, response, startMs, context),
      (error) => {
        log.error({ action: 'gateway.http.failed', error });
        if (!response.headersSent) sendText(response, 500, 'The gateway failed to answer.');
        else response.destroy();
        telemetry?.answered(request, response, startMs, undefined);
      },
    );
  };
  const { headerLimitBytes: maxHeaderSize, headersTimeoutMs } = options;
  const settings = {
    keepAliveTimeout: 65_000,
    // How often Node looks for slow headers; its own 30 seconds would be added to the timeout.
    connectionsCheckingInterval: CONNECTIONS_CHECKING_MS,
    ...(headersTimeoutMs !== undefined && {
      headersTimeout: headersTimeoutMs,
      requestTimeout: Math.max(REQUEST_TIMEOUT_MS, headersTimeoutMs),
    }),
    ...(maxHeaderSize !== undefined && { maxHeaderSize }),
  };
  return options.tls ? createTlsServer({ ...settings, ...options.tls }, listener) : createServer(settings, listener);
}

/** For operators too, whose proxy passes on another name. */
export function toMisdirected(host: string | undefined): string {
  return `This gateway does not answer to the host '${host}'. supergraph.allowed_hosts names those that it answers to.`;
}

/** What is sent to `/` is for the graph, and passes the same checks. */
function toGraphQLPath(request: IncomingMessage, path: string): void {
  const { url = '/' } = request;
  if (url === '/' || url.startsWith('/?')) request.url = path + url.slice(1);
}

function toHttpError(error: unknown, log: Logger): { status: number; message: string; code: string } {
  if (error instanceof AppError) return error;
  log.error({ action: 'gateway.http.failed', error });
  return { status: 500, message: 'The gateway failed to answer.', code: 'INTERNAL_ERROR' };
}

/** Those that a refusal brings along, such as `retry-after`. */
function headersOf(error: unknown): Readonly<Record<string, string>> {
  return error instanceof AppError && 'headers' in error ? (error.headers as Record<string, string>) : {};
}

function logBrokenPipe(response: ServerResponse, requestId: string, log: Logger): void {
  response.once('close', () => {
    if (response.writableFinished) return;
    log.info({ action: 'gateway.http.broken-pipe', requestId }, 'The client went away before it had its answer.');
  });
}

function passOnBearer(authorization: string | undefined) {
  if (!authorization?.startsWith('Bearer ')) return null;
  const token = authorization.slice(7).trim();
  return { key: token, subject: '', token, scopes: [], claims: {} };
}

/**
 * `application/json` is 200 for whatever was well formed; `application/graphql-response+json` says by its status that a
 * request was refused before execution. A stream is opened for such a refusal too, unless the request was none of GraphQL's
 * business: a browser's EventSource could not read it otherwise.
 */
function sendResult(
  response: ServerResponse,
  result: GraphQLResult,
  accepted: ResponseType | StreamFormat,
  compressFrom: number,
  status = 'data' in result ? 200 : refusedStatus(result, accepted),
  rewrite?: Rewrite,
): Promise<void> | undefined {
  // Of `node:http`: the request that this answers.
  if (result.errors?.length) keepFromCaches(response, response.req.method === 'GET');
  if (result.bytes) return sendBytes(response, result.bytes, `${accepted}; charset=utf-8`, compressFrom, status);
  const body = JSON.stringify(result);
  if (!rewrite) return sendAnswer(response, body, accepted, compressFrom, status);
  return rewrite({ status, body }, true).then((answer) =>
    sendAnswer(response, answer.body, accepted, compressFrom, answer.status),
  );
}

function sendAnswer(
  response: ServerResponse,
  text: string,
  accepted: ResponseType | StreamFormat,
  compressFrom: number,
  status: number,
): Promise<void> | undefined {
  if (typeof accepted !== 'string' && status === 200) {
    sendStreamOfOne(response, text, accepted);
    return undefined;
  }
  const type = typeof accepted === 'string' ? `${accepted}; charset=utf-8` : 'application/json; charset=utf-8';
  const bytes = Buffer.byteLength(text);
  if (bytes >= compressFrom) return sendCompressed(response, status, type, Buffer.from(text));
  response.writeHead(status, { 'content-type': type, 'content-length': bytes });
  // As text a small answer goes out in one piece with its head; a large one would be copied once more.
  response.end(bytes < ONE_PIECE ? text : Buffer.from(text));
  return undefined;
}

/** A result that is JSON text already. */
function sendBytes(response: ServerResponse, body: Buffer, type: string, compressFrom: number, status: number) {
  if (body.length >= compressFrom) return sendCompressed(response, status, type, body);
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(body.length < ONE_PIECE ? body.toString('latin1') : body, 'latin1');
  return undefined;
}

const ONE_PIECE = 16 * 1024;
const NEVER = Number.POSITIVE_INFINITY;

/** What failed this time may not fail the next. A cache may keep an answer to GET that says nothing of it. */
function keepFromCaches(response: ServerResponse, isRead = false): void {
  if (isRead || response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store');
}

/** Each answer stands where its operation did; what one of them is refused for is no business of the others. */
async function sendBatch(
  response: ServerResponse,
  results: readonly GraphQLResult[],
  rewrite: Rewrite | undefined,
): Promise<void> {
  keepFromCaches(response);
  const answer = { status: 200, body: JSON.stringify(results) };
  const { status, body: text } = rewrite ? await rewrite(answer, true) : answer;
  const body = Buffer.from(text);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  response.end(body);
}

function refusedStatus({ errors }: GraphQLResult, accepted: ResponseType | StreamFormat): number {
  const code = String(errors?.[0]?.extensions?.code ?? '');
  const status = Math.max(findStatus(code) ?? 400, 400);
  return accepted !== 'application/graphql-response+json' && status === 400 ? 200 : status;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${text}\n`);
}
