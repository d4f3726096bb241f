import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { McpConfig } from '../config/mcp.section.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** Paths of the metadata (RFC 9728, section 3.1): that of the endpoint, and the one without its path. */
export function isMetadataPath(pathname: string, { path }: McpConfig): boolean {
  return pathname === WELL_KNOWN || pathname === `${WELL_KNOWN}${path}`;
}

/** The endpoint as the client sees it. */
function toResource(request: IncomingMessage, { resource, path }: McpConfig): URL {
  if (resource !== undefined) return new URL(resource);
  const scheme = (request.socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
  return URL.parse(path, `${scheme}://${request.headers.host}`) ?? new URL(path, `${scheme}://localhost`);
}

/** Answers with the metadata of the endpoint as an OAuth 2.0 protected resource. */
export function sendMetadata(request: IncomingMessage, response: ServerResponse, config: McpConfig): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const { authorization_servers: servers, documentation, server } = config;
  const scopes = config.scopes_supported ?? toNamedScopes(config);
  const body = JSON.stringify({
    resource: toResource(request, config).href,
    ...(servers.length > 0 && { authorization_servers: servers }),
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    resource_name: server.title ?? server.name,
    ...(documentation && { resource_documentation: documentation }),
  });
  response.writeHead(200, {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    // A public document, which browsers' clients read before they have a token.
    'access-control-allow-origin': '*',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function toNamedScopes({ scopes, tools }: McpConfig): string[] {
  return [...new Set([...scopes, ...Object.values(tools).flatMap((tool) => tool.scopes)])];
}

/** `WWW-Authenticate` (RFC 6750, RFC 9728 section 5.1). Values have no quotes: they are URLs, scopes and our own words. */
export function toChallenge(
  request: IncomingMessage,
  config: McpConfig,
  {
    error,
    description,
    scopes,
  }: { readonly error?: string; readonly description?: string; readonly scopes?: readonly string[] },
): string {
  const { origin, pathname } = toResource(request, config);
  const parts = [
    error && `error="${error}"`,
    description && `error_description="${description.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "'")}"`,
    scopes?.length && `scope="${scopes.join(' ')}"`,
    `resource_metadata="${origin}${WELL_KNOWN}${pathname === '/' ? '' : pathname}"`,
  ];
  return `Bearer ${parts.filter(Boolean).join(', ')}`;
}
