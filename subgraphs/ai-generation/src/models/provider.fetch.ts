import { Agent, fetch as fetchByUndici, type RequestInit, type Response } from 'undici';

/** A provider whose host does not take a connection in this time cannot be reached. */
const CONNECT_TIMEOUT_MS = 10_000;

/** How long a provider may think before and between tokens is the model guard's to say, not the connection's. */
const agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, headersTimeout: 0, bodyTimeout: 0 });

/** `fetch` with one limit of its own: that for the connection. */
export function fetchProvider(url: string | URL, init: RequestInit): Promise<Response> {
  return fetchByUndici(url, { ...init, dispatcher: agent });
}
