import type { Server } from 'node:net';

/** Listening on an address failed. The message has the address, the reason and the remedy. */
export class AddressUnusableError extends Error {
  override readonly name = 'AddressUnusableError';
}

/** Messages for the known reasons, with the remedy. */
const ADVICE: Readonly<Record<string, (place: string) => string>> = {
  EADDRINUSE: (place) => `${place} is in use. Stop the process that listens there, or choose another port with PORT.`,
  EADDRNOTAVAIL: (place) =>
    `${place} is not an address of this machine. Set HOST to one of its addresses: 127.0.0.1, or 0.0.0.0 for all.`,
  EACCES: (place) => `no permission to listen on ${place}. Choose a port of 1024 or more with PORT.`,
};
const UNKNOWN_NAME: readonly string[] = ['ENOTFOUND', 'EAI_AGAIN', 'EINVAL'];

/**
 * Starts listening. Resolves when the server listens.
 *
 * @param port 0 selects a free port
 * @throws AddressUnusableError if the address is in use, does not belong to this machine, or is not permitted
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
    const message = `HOST '${host}' is neither an address nor a name that this machine can resolve. Set HOST to one of its addresses: 127.0.0.1, or 0.0.0.0 for all.`;
    return new AddressUnusableError(message, { cause });
  }
  return new AddressUnusableError(ADVICE[code]?.(place) ?? `listening on ${place} failed: ${cause.message}.`, {
    cause,
  });
}
