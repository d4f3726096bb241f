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

/** A URL to parse, or a part of one to change. */
export type UrlQuestion =
  | { readonly url: string; readonly base: string | undefined }
  | { readonly change: Exclude<keyof UrlParts, 'origin'>; readonly href: string; readonly value: string };

/** The parts of the URL by the host's parser; null for what is not one. JSON carries what a string of the boundary does not. */
export function askUrl(question: UrlQuestion): UrlParts | null {
  return JSON.parse(host.askUrl(JSON.stringify(question)));
}

/** Names and values of a query without its question mark. */
export function parseQuery(text: string): [string, string][] {
  return JSON.parse(host.parseQuery(JSON.stringify(text)));
}

export function formatQuery(pairs: readonly (readonly [string, string])[]): string {
  return host.formatQuery(JSON.stringify(pairs));
}
