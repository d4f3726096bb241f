import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { UnauthenticatedError } from '@vibecode/platform/errors';
import type { Identity } from '../request/context.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { HttpError } from '../request/http.error.ts';
import { passOnBearer } from '../transport/http.graphql.ts';
import { RpcRefusal } from './client.message.ts';
import { type ClientMessage, type RpcError, toRpcError } from './json.rpc.ts';
import { toCaller } from './open.calls.ts';
import { toChallenge } from './protected.resource.ts';
import { missingScopes, NOTHING_VERIFIES, type ServedTools } from './served.tools.ts';
import type { ToolClient } from './tool.context.ts';

const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';

/** A browser sends it for a page: a page of a foreign origin must not use what the user may reach. */
export function assertOrigin({ headers }: IncomingMessage, { allowsOrigin }: GatewayHooks): void {
  const { origin, host } = headers;
  if (origin === undefined || allowsOrigin?.(origin, host) !== false) return;
  throw new HttpError(
    403,
    `The origin '${origin.slice(0, 200)}' may not send requests here. List it in cors.policies.`,
    'FOREIGN_ORIGIN',
  );
}

/** Cookies do not sign in: a browser sends them by itself. */
export function toClient(
  { headers: { cookie: _cookie, ...headers }, socket }: IncomingMessage,
  response: ServerResponse,
  identity: Identity | null,
  message: ClientMessage | undefined,
  { clientHeaders: named, findAddress, identify: verifies }: GatewayHooks,
): ToolClient {
  const info = message?.params?._meta?.[CLIENT_INFO] as
    | { readonly name?: unknown; readonly version?: unknown }
    | undefined;
  const toText = (value: unknown) => (typeof value === 'string' ? value.slice(0, 100) : undefined);
  const { remoteAddress } = socket;
  const taken = headers as ToolClient['headers'];
  return {
    id: randomUUID(),
    headers: taken,
    identity,
    remoteAddress,
    // Anybody can make up a token that nothing verifies.
    caller: toCaller(verifies ? identity : null, findAddress?.(taken, remoteAddress) ?? remoteAddress),
    clientName: (named && toText(headers[named.name])) ?? toText(info?.name),
    clientVersion: (named && toText(headers[named.version])) ?? toText(info?.version),
    response,
  };
}

/** @throws AppError for a credential that does not verify */
export async function identify(
  { headers, remoteAddress }: ToolClient,
  hooks: GatewayHooks,
  apiKeyHeader: string,
): Promise<Identity | null> {
  if (!hooks.identify) return passOnBearer(headers.authorization);
  // Many clients have a field for a bearer token and none for other headers. A JWT has dots, and an API key none.
  const bearer = /^Bearer +([^\s.]+)$/i.exec(headers.authorization ?? '')?.[1];
  const seen = bearer && headers[apiKeyHeader] === undefined ? { ...headers, [apiKeyHeader]: bearer } : headers;
  return hooks.identify(seen, undefined, remoteAddress);
}

/** @throws UnauthenticatedError for a client that has not been verified, where clients have to be */
export function assertIdentified(
  { identity }: ToolClient,
  hooks: GatewayHooks,
  { require_authentication: isRequired }: ServedTools['config'],
): void {
  if (!isRequired || (identity && hooks.identify)) return;
  throw new UnauthenticatedError(hooks.identify ? undefined : NOTHING_VERIFIES);
}

/** Whether a message runs or checks an operation, which the pipeline counts itself. */
export function runsOperation({ method, params }: ClientMessage, tools: ServedTools): boolean {
  if (method !== 'tools/call' || typeof params?.name !== 'string') return false;
  const tool = tools.find(params.name);
  return tool?.operation !== undefined || tool?.own?.takesOperation !== undefined;
}

class InsufficientScopeError extends HttpError<'INSUFFICIENT_SCOPE'> {}

/** @throws HttpError 403 for a call of a tool whose scopes the client does not have */
export function assertScopes(
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

/** @throws anything that is not an AppError */
export function toRefusal(
  request: IncomingMessage,
  { config }: ServedTools,
  identity: Identity | null,
  error: unknown,
): RpcError {
  const refused = toRpcError(error, error instanceof RpcRefusal ? error.rpcCode : undefined);
  if (refused.status !== 401) return refused;
  const hasCredential = identity !== null || request.headers.authorization !== undefined;
  const challenge = toChallenge(request, config, {
    scopes: config.scopes,
    ...(hasCredential && { error: 'invalid_token', description: refused.message }),
  });
  return { ...refused, headers: { ...refused.headers, 'www-authenticate': challenge } };
}
