import type { IncomingHttpHeaders } from 'node:http';
import { UnauthenticatedError } from '@vibecode/platform/errors';
import { equalsSecret } from './secret.ts';

/**
 * Authenticates a process of this system: `Authorization: Basic <name>:<secret>` with the secret that all of them share.
 *
 * @param names names of the permitted callers
 * @throws UnauthenticatedError
 */
export function requireService<Name extends string>(
  headers: IncomingHttpHeaders,
  secret: string,
  names: readonly Name[],
): Name {
  const encoded = /^Basic +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  const [name, ...given] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  const caller = names.find((known) => known === name);
  // The secret is compared even if the name is wrong, so that the duration reveals nothing.
  if (!equalsSecret(given.join(':'), secret) || caller === undefined)
    throw new UnauthenticatedError(
      `This route is for processes of this system: expected Basic credentials of one of ${names.join(', ')}.`,
      { details: { reason: 'credential' } },
    );
  return caller;
}
