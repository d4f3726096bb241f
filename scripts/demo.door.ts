// The one button that signs a browser in as the demo account. The page knows no password: it asks, and gets the session's
// cookies, provided that it stands on this machine and was served by this very process.
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface DemoLogin {
  readonly email: string;
  readonly password: string;
}

export interface DemoDoorOptions {
  /** Asked for each request; null while there is no demo account. */
  readonly account: () => DemoLogin | null;
  /** Of the gateway, without a path. Asked for each request. */
  readonly gatewayUrl: () => string;
}

const LOGIN = 'mutation Demo($input: LoginInput!) { login(input: $input) { accessTokenExpiresAt } }';
const TIMEOUT_MS = 20_000;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Why a request may not pass; null for one that may. Each line shuts out another way to come from elsewhere. */
export function findRefusal({ method, headers, socket }: IncomingMessage): string | null {
  const { host = '', origin } = headers;
  if (method !== 'POST') return 'This is asked for by POST.';
  // Another site's page can send a form by itself, but no JSON.
  if (!headers['content-type']?.startsWith('application/json')) return 'Send content-type: application/json.';
  if (!isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''))) return 'The demo account is for this machine.';
  // A proxy on this machine speaks for others.
  if (headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via) return 'The demo account is for this machine.';
  // A name of somebody's own that leads to 127.0.0.1 is another origin to the browser.
  if (!isLoopback(host.replace(/:\d+$/, ''))) return 'Open the page by its loopback address.';
  if (origin !== undefined && origin !== `http://${host}`) return 'The demo account is for the page itself.';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return 'The demo account is for the page itself.';
  return null;
}

/** Answers `POST /demo` with 204 and the cookies of a session. */
export function createDemoDoor({ account, gatewayUrl }: DemoDoorOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    request.resume();
    const refusal = findRefusal(request);
    if (refusal) return refuse(response, 403, refusal);
    const login = account();
    if (!login) return refuse(response, 404, 'There is no demo account here.');
    const answer = await fetch(`${gatewayUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': request.headers['user-agent'] ?? 'demo button' },
      body: JSON.stringify({
        query: LOGIN,
        variables: { input: { email: login.email, password: login.password } },
      }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { data } = (await answer.json()) as { data?: { login?: unknown } | null };
    if (!data?.login) return refuse(response, 409, 'The demo account cannot sign in. Its password may be another one.');
    response.writeHead(204, { 'set-cookie': answer.headers.getSetCookie(), 'cache-control': 'no-store' });
    response.end();
  };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(why);
}
