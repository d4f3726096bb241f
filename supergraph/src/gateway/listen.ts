import { createServer, type RequestListener, type Server } from 'node:http';
import { parseListenAddress } from '../config/config.values.ts';

/** Host and port, or the path of a Unix socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** What the configuration calls `listen`. */
export function toAddress(listen: string): Address {
  return parseListenAddress(listen) ?? { path: listen };
}

/** @returns `http://HOST:PORT` with the port it got, or `unix:PATH`. @throws the system's error when it cannot listen */
export function listen(server: Server, address: Address): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      if ('path' in address) {
        resolve(`unix:${address.path}`);
        return;
      }
      const { host } = address;
      const bound = server.address();
      const port = typeof bound === 'object' && bound ? bound.port : address.port;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
    });
  });
}

export interface SideServer extends AsyncDisposable {
  readonly url: string;
}

/** A server beside the one that clients connect to. @throws the system's error when it cannot listen */
export async function startSideServer(address: Address, listener: RequestListener): Promise<SideServer> {
  const server = createServer(listener);
  const url = await listen(server, address);
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
