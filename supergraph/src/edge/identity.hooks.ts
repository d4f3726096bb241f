import type { RouterConfig } from '../config/config.schema.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import type { Cors } from './cors.ts';
import type { IdentityProvider } from './identity.ts';
import type { RequestBudget } from './request.budget.ts';

export function toIdentityHooks(
  identity: IdentityProvider,
  config: RouterConfig,
  cors: Cors,
  budget: RequestBudget | null,
): GatewayHooks {
  const { jwt, cookie: session, api_key: apiKey, sign_in: signIn } = config.authentication.router ?? {};
  const signsInByCookie = session !== undefined || jwt?.sources.some(({ type }) => type === 'cookie') === true;
  return {
    identify(headers, connectionParams, remoteAddress) {
      const found = identity.identify(headers, connectionParams, budget?.forVerification({ headers, remoteAddress }));
      return found instanceof Promise ? found.then((settled) => settled.identity) : found.identity;
    },
    allowUpgrade({ cookie, origin, host }) {
      // Any cookie counts: one that does not sign in may still renew a session.
      if (!signsInByCookie || !cookie || origin === undefined) return true;
      return cors.allowsOrigin(origin) || (URL.canParse(origin) && new URL(origin).host === host);
    },
    onRevoked: (listener) => identity.onRevoked(listener),
    ...(signIn && {
      signIn: {
        subgraphs: new Set(signIn.subgraphs),
        headerName: signIn.header_name,
        credentialHeaders: [jwt?.header_name ?? 'authorization', apiKey?.header_name ?? 'x-api-key'],
        verify: (token) => identity.verify(token),
      },
    }),
  };
}
