import { type Client, createClient } from 'graphql-ws';

/** The page's one socket for streams. It opens with the first stream, and closes a while after the last. */
export function createSocket(): Client {
  return createClient({
    url: new URL('/graphql', location.href.replace(/^http/, 'ws')).href,
    lazyCloseTimeout: 5_000,
    // Whoever follows a stream connects again, with the last cursor rather than the first one.
    retryAttempts: 0,
    keepAlive: 10_000,
    onNonLazyError: () => undefined,
  });
}
