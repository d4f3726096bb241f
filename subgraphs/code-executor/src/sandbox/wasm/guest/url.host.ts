import { host } from './host.ts';

export type UrlParts = Record<
  | 'href'
  | 'origin'
  | 'protocol'
  | 'username'
  | 'password'
  | 'host'
  | 'hostname'
  | 'port'
  | 'pathname'
  | 'search'
  | 'hash',
  string
>;

/** A request to parse a URL, or to change a part of one. */
export type UrlQuestion =
  | { readonly url: string; readonly base: string | undefined }
  | { readonly change: Exclude<keyof UrlParts, 'origin'>; readonly href: string; readonly value: string };

/** Parses a URL by the host. @returns null for an invalid URL. JSON is used because plain strings lose characters at the boundary */
export function askUrl(question: UrlQuestion): UrlParts | null {
  return JSON.parse(host.askUrl(JSON.stringify(question)));
}

/** Parses a query without its question mark to names and values. */
export function parseQuery(text: string): [string, string][] {
  return JSON.parse(host.parseQuery(JSON.stringify(text)));
}

export function formatQuery(pairs: readonly (readonly [string, string])[]): string {
  return host.formatQuery(JSON.stringify(pairs));
}
