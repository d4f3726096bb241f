import type { IncomingMessage } from 'node:http';
import { findRefusal } from '../scripts/demo.door.ts';

/** The demo button's own request, changed as said. */
function toRequest(
  headers: Record<string, string | undefined> = {},
  { method = 'POST', remoteAddress = '127.0.0.1' } = {},
): IncomingMessage {
  const own = {
    host: '127.0.0.1:8080',
    origin: 'http://127.0.0.1:8080',
    'content-type': 'application/json',
    'sec-fetch-site': 'same-origin',
  };
  return { method, headers: { ...own, ...headers }, socket: { remoteAddress } } as unknown as IncomingMessage;
}

describe('the demo button', () => {
  it('opens to the page itself, on this machine', () => {
    expect(findRefusal(toRequest())).toBeNull();
    expect(findRefusal(toRequest({}, { remoteAddress: '::ffff:127.0.0.1' }))).toBeNull();
    expect(findRefusal(toRequest({ host: 'localhost:8080', origin: 'http://localhost:8080' }))).toBeNull();
    expect(findRefusal(toRequest({ host: '[::1]:8080', origin: 'http://[::1]:8080' }))).toBeNull();
    expect(findRefusal(toRequest({ origin: undefined, 'sec-fetch-site': undefined }))).toBeNull();
  });

  it.each<[string, IncomingMessage]>([
    ['another machine', toRequest({}, { remoteAddress: '192.168.1.20' })],
    ['a proxy on this machine', toRequest({ 'x-forwarded-for': '203.0.113.9' })],
    ['a proxy that says so otherwise', toRequest({ forwarded: 'for=203.0.113.9' })],
    [
      'a name of somebody’s own that leads here',
      toRequest({ host: 'evil.example:8080', origin: 'http://evil.example:8080' }),
    ],
    ['a name that begins like this machine', toRequest({ host: '127.0.0.1.evil.example', origin: undefined })],
    ['another site’s page', toRequest({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })],
    ['another port of this machine', toRequest({ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' })],
    ['a sandboxed frame', toRequest({ origin: 'null' })],
    ['a form', toRequest({ 'content-type': 'application/x-www-form-urlencoded' })],
    ['a link', toRequest({}, { method: 'GET' })],
  ])('stays shut to %s', (_who, request) => {
    expect(findRefusal(request)).toEqual(expect.any(String));
  });
});
