// The endpoint of the button that signs a browser in as the demo account. The page does not know the password. It gets the session's
// cookies if it runs on this machine and was served by this process.
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface DemoLogin {
  readonly email: string;
  readonly password: string;
}

export interface DemoDoorOptions {
  /** Called for each request. Returns null while there is no demo account. */
  readonly account: () => DemoLogin | null;
  /** Returns the base URL of the gateway, without a path. Called for each request. */
  readonly gatewayUrl: () => string;
}

const LOGIN = 'mutation Demo($input: LoginInput!) { login(input: $input) { accessTokenExpiresAt } }';
const TIMEOUT_MS = 20_000;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** @returns why a request is refused; null if it is admitted. Each check excludes another kind of foreign request */
export function findRefusal({ method, headers, socket }: IncomingMessage): string | null {
  const { host = '', origin } = headers;
  if (method !== 'POST') return 'Use the method POST.';
  // A page of another site can send a form, but not JSON without a CORS preflight.
  if (!headers['content-type']?.startsWith('application/json')) return 'Send content-type: application/json.';
  if (!isLoopback((socket.remoteAddress ?? '').replace(/^::ffff:/, ''))) return 'The demo account is for this machine.';
  // A proxy on this machine forwards requests of other machines.
  if (headers['x-forwarded-for'] ?? headers.forwarded ?? headers.via) return 'The demo account is for this machine.';
  // A foreign domain that resolves to 127.0.0.1 (DNS rebinding) has another host.
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
    if (!login) return refuse(response, 404, 'This system does not have a demo account.');
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
    if (!data?.login)
      return refuse(response, 409, 'The demo account cannot sign in. Its password may have been changed.');
    response.writeHead(204, { 'set-cookie': answer.headers.getSetCookie(), 'cache-control': 'no-store' });
    response.end();
  };
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(why);
}
