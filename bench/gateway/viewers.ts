import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Viewers extends AsyncDisposable {
  readonly jwksUrl: string;
  /** Returns a viewer's access token, valid for an hour. */
  token(viewer: number): string;
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs the tokens of the load, and serves the key that verifies them. */
export async function startViewers(): Promise<Viewers> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwks = JSON.stringify({
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bench', alg: 'EdDSA', use: 'sig' }],
  });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(jwks);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const nowSeconds = Math.floor(Date.now() / 1000);
  return {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    token(viewer) {
      const payload = {
        sub: `viewer-${viewer}`,
        sid: `session-${viewer}`,
        scope: 'read write',
        iat: nowSeconds,
        exp: nowSeconds + 3_600,
      };
      const signed = `${encode({ alg: 'EdDSA', kid: 'bench', typ: 'JWT' })}.${encode(payload)}`;
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
