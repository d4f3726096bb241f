import type { Server } from 'node:net';

/** An address cannot be listened on. The message says which, why, and what to do. */
export class AddressUnusableError extends Error {
  override readonly name = 'AddressUnusableError';
}

/** What the operator can do about the failures that have a known reason. */
const ADVICE: Readonly<Record<string, (place: string) => string>> = {
  EADDRINUSE: (place) => `${place} is taken. Stop what listens there, or choose another port with PORT.`,
  EADDRNOTAVAIL: (place) =>
    `${place} is not an address of this machine. Name one of its addresses with HOST: 127.0.0.1, or 0.0.0.0 for all.`,
  EACCES: (place) => `no permission to listen on ${place}. Choose a port from 1024 on with PORT.`,
};
const UNKNOWN_NAME: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EINVAL'];

/**
 * Lets a server listen. Resolves once it does.
 *
 * @param port 0 takes a free one
 * @throws AddressUnusableError when the address is taken, not of this machine, or not allowed
 */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((done, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => reject(toAddressError(cause, host, port));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
}

function toAddressError(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const code = cause.code ?? '';
  if (UNKNOWN_NAME.includes(code)) {
    const message = `HOST '${host}' is neither an address nor a name that this machine knows. Name one of its addresses: 127.0.0.1, or 0.0.0.0 for all.`;
    return new AddressUnusableError(message, { cause });
  }
  return new AddressUnusableError(ADVICE[code]?.(place) ?? `${place} cannot be listened on: ${cause.message}.`, {
    cause,
  });
}
