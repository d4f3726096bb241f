import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnauthenticatedError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { PlannedEndpoint } from '../pipeline/core.ts';
import type { Identity } from '../request/context.ts';
import { parseExactJson } from '../request/exact.json.ts';
import { HttpError } from '../request/http.error.ts';
import type { WorkerChannel } from '../request/worker.channel.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type BodyLimits, readBody } from '../transport/http.body.ts';
import { passOnBearer } from '../transport/http.graphql.ts';
import { assertJsonBounds } from '../transport/json.bounds.ts';
import { type ClientMessage, INVALID_REQUEST, PARSE_ERROR, sendRpcError, toRpcError } from './json.rpc.ts';
import { createProtocol, type Exchange } from './mcp.server.ts';
import { OpenCalls, toClientOf } from './open.calls.ts';
import { Outlet } from './outlet.ts';
import { isMetadataPath, sendMetadata, toChallenge } from './protected.resource.ts';
import { missingScopes, type ServedTools } from './served.tools.ts';
import { type ToolClient, ToolContext } from './tool.context.ts';

export interface McpDoorOptions {
  /** Read for each request, so that a reload takes effect. */
  readonly endpoint: () => PlannedEndpoint;
  readonly telemetry: () => Telemetry;
  readonly onIdentity: (identity: Identity) => void;
  readonly bodyLimits: BodyLimits;
  readonly apiKeyHeader: string;
  /** To the other workers of this gateway; null where there are none. */
  readonly channel: WorkerChannel | null;
  readonly log: Logger;
  readonly keepAliveMs?: number | undefined;
}

/** The endpoint of the Model Context Protocol. Disposing it ends what still runs. */
export interface McpDoor extends AsyncDisposable {
  handle(request: IncomingMessage, response: ServerResponse, pathname: string, tools: ServedTools): Promise<void>;
  /** Clients that listen hear that the tools are others. */
  toolsChanged(): void;
  /** The gateway stops: a connection that closes now is not the client's doing. */
  drain(): void;
}

const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';

export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const { log } = options;
  const exchanges = new WeakMap<Request, Exchange>();
  const calls = new OpenCalls(options.channel);
  const protocol = createProtocol((request) => exchanges.get(request)!, calls, log, options.keepAliveMs);
  let isDraining = false;

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    tools: ServedTools,
    path: string,
  ): Promise<void> {
    const endpoint = options.endpoint();
    const { hooks } = endpoint;
    const { config } = tools;
    let client = toClient(request, response, null, undefined, hooks.clientHeaders);
    let id: unknown;
    try {
      assertOrigin(request, hooks);
      client = { ...client, identity: await identify(request, client, endpoint, options) };
      if (!client.identity && config.require_authentication) throw new UnauthenticatedError();
      const context = new ToolContext(client);
      hooks.assertBudget?.(context);
      if (request.method !== 'POST')
        throw new HttpError(405, 'MCP takes POST only.', 'METHOD_NOT_ALLOWED', { allow: 'POST' });
      const message = await readMessage(request, context, tools, endpoint, options);
      id = message.id;
      client = toClient(request, response, client.identity, message, hooks.clientHeaders);
      const session = request.headers['mcp-session-id'] as string | undefined;
      if (message.method === 'notifications/cancelled') {
        calls.cancel({
          client: toClientOf(client.identity, client.remoteAddress),
          session,
          id: message.params?.requestId,
        });
        response.writeHead(202).end();
        return;
      }
      if (!runsOperation(message, tools)) await hooks.countRequest?.(context);
      assertScopes(request, message, tools, client.identity);
      const headers: Readonly<Record<string, string>> =
        message.method === 'initialize' ? { 'mcp-session-id': randomUUID() } : {};
      const exchange = { tools, endpoint, client, telemetry: options.telemetry(), path, log, session };
      await exchangeOver(request, response, message, exchange, headers);
    } catch (error) {
      if (response.headersSent || response.destroyed) return;
      sendRpcError(response, id, withChallenge(request, tools, client.identity, error));
    }
  }

  async function exchangeOver(
    request: IncomingMessage,
    response: ServerResponse,
    message: ClientMessage,
    scope: Omit<Exchange, 'outlet' | 'onGone' | 'goneMeansCancelled'>,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const gone = new AbortController();
    const onGone = (listener: () => void) => gone.signal.addEventListener('abort', listener, { once: true });
    const exchange: Exchange = { ...scope, outlet: new Outlet(response), onGone, goneMeansCancelled: false };
    response.once('close', () => {
      if (response.writableFinished) return;
      if (isDraining) exchange.goneMeansCancelled = false;
      gone.abort();
    });
    const incoming = toWebRequest(request, gone.signal);
    exchanges.set(incoming, exchange);
    const answered = await protocol.fetch(incoming, { parsedBody: message });
    await exchange.outlet.send(answered, headers);
  }

  return {
    async handle(request, response, pathname, tools) {
      if (isMetadataPath(pathname, tools.config)) sendMetadata(request, response, tools.config);
      else await answer(request, response, tools, pathname);
    },
    toolsChanged: () => protocol.notify.toolsChanged(),
    drain() {
      isDraining = true;
    },
    async [Symbol.asyncDispose]() {
      calls[Symbol.dispose]();
      await protocol.close();
    },
  };
}

/** A browser sends it for a page: a page of a foreign origin must not use what the user may reach. */
function assertOrigin({ headers }: IncomingMessage, { allowsOrigin }: PlannedEndpoint['hooks']): void {
  const { origin, host } = headers;
  if (origin === undefined || allowsOrigin?.(origin, host) !== false) return;
  throw new HttpError(
    403,
    `The origin '${origin.slice(0, 200)}' may not send requests here. List it in cors.policies.`,
    'FOREIGN_ORIGIN',
  );
}

/** Cookies do not sign in: a browser sends them by itself. */
function toClient(
  { headers: { cookie: _cookie, ...headers }, socket }: IncomingMessage,
  response: ServerResponse,
  identity: Identity | null,
  message: ClientMessage | undefined,
  named: PlannedEndpoint['hooks']['clientHeaders'],
): ToolClient {
  const info = message?.params?._meta?.[CLIENT_INFO] as
    | { readonly name?: unknown; readonly version?: unknown }
    | undefined;
  const toText = (value: unknown) => (typeof value === 'string' ? value.slice(0, 100) : undefined);
  return {
    id: randomUUID(),
    headers: headers as ToolClient['headers'],
    identity,
    remoteAddress: socket.remoteAddress,
    clientName: (named && toText(headers[named.name])) ?? toText(info?.name),
    clientVersion: (named && toText(headers[named.version])) ?? toText(info?.version),
    response,
  };
}

async function identify(
  request: IncomingMessage,
  { headers, remoteAddress }: ToolClient,
  { hooks }: PlannedEndpoint,
  { apiKeyHeader, onIdentity }: McpDoorOptions,
): Promise<Identity | null> {
  if (!hooks.identify) return passOnBearer(request.headers.authorization);
  // Many clients have a field for a bearer token and none for other headers. A JWT has dots, and an API key none.
  const bearer = /^Bearer +([^\s.]+)$/i.exec(headers.authorization ?? '')?.[1];
  const seen = bearer && headers[apiKeyHeader] === undefined ? { ...headers, [apiKeyHeader]: bearer } : headers;
  const identity = await hooks.identify(seen, undefined, remoteAddress);
  if (identity) onIdentity(identity);
  return identity;
}

/** @throws HttpError for what is not one JSON-RPC message, or is over a limit */
async function readMessage(
  request: IncomingMessage,
  context: ToolContext,
  { config }: ServedTools,
  { hooks }: PlannedEndpoint,
  { bodyLimits }: McpDoorOptions,
): Promise<ClientMessage> {
  try {
    const bytes = config.max_request_bytes ?? bodyLimits.bytes;
    const text = await readBody(request, { ...bodyLimits, bytes });
    assertJsonBounds(text, bodyLimits.jsonValues);
    const message = parseMessage(text);
    if (Array.isArray(message)) throw new RpcRefusal('The body is a batch; expected one message.', INVALID_REQUEST);
    if (typeof message !== 'object' || message === null)
      throw new RpcRefusal('The body is not a JSON object; expected a JSON-RPC message.', INVALID_REQUEST);
    return message;
  } catch (error) {
    if (error instanceof HttpError) await hooks.countMalformed?.(context);
    throw error;
  }
}

function parseMessage(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw new RpcRefusal('The body is not valid JSON.', PARSE_ERROR);
  }
}

class RpcRefusal extends HttpError {
  constructor(
    message: string,
    readonly rpcCode: number,
  ) {
    super(400, message);
  }
}

/** The pipeline counts operations itself. */
function runsOperation({ method, params }: ClientMessage, tools: ServedTools): boolean {
  if (method !== 'tools/call' || typeof params?.name !== 'string') return false;
  const tool = tools.find(params.name);
  return tool?.operation !== undefined || tool?.own?.takesOperation === 'execute';
}

class InsufficientScopeError extends HttpError<'INSUFFICIENT_SCOPE'> {}

/** @throws HttpError 403 for a call of a tool whose scopes the client does not have */
function assertScopes(
  request: IncomingMessage,
  { method, params }: ClientMessage,
  tools: ServedTools,
  identity: Identity | null,
): void {
  const tool = method === 'tools/call' && typeof params?.name === 'string' ? tools.find(params.name) : undefined;
  const missing = tool ? missingScopes(tools.config, tool, identity) : [];
  if (missing.length === 0) return;
  const description = `The tool ${params?.name} needs the scopes ${missing.join(', ')}.`;
  const scopes = [...new Set([...(identity?.scopes ?? []), ...missing])];
  const challenge = toChallenge(request, tools.config, { error: 'insufficient_scope', description, scopes });
  throw new InsufficientScopeError(403, description, 'INSUFFICIENT_SCOPE', { 'www-authenticate': challenge });
}

function withChallenge(request: IncomingMessage, { config }: ServedTools, identity: Identity | null, error: unknown) {
  const refused = toRpcError(error, error instanceof RpcRefusal ? error.rpcCode : undefined);
  if (refused.status !== 401) return refused;
  const hasCredential = identity !== null || request.headers.authorization !== undefined;
  const challenge = toChallenge(request, config, {
    scopes: config.scopes,
    ...(hasCredential && { error: 'invalid_token', description: refused.message }),
  });
  return { ...refused, headers: { ...refused.headers, 'www-authenticate': challenge } };
}

/** The body has been read. */
function toWebRequest({ headers }: IncomingMessage, signal: AbortSignal): Request {
  const taken = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue;
    taken.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return new Request('http://gateway/', { method: 'POST', headers: taken, signal });
}
