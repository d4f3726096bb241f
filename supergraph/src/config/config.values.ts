import { z } from 'zod';
import { compileJsonPath } from '../request/json.path.ts';
import { parseRoutePattern } from '../request/route.pattern.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  msec: 1,
  millis: 1,
  s: 1_000,
  sec: 1_000,
  secs: 1_000,
  second: 1_000,
  seconds: 1_000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hrs: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/** Parses `'30s'`, `'1hour 30s'` or `'250ms'` to milliseconds. @returns null if the text is not a duration */
export function parseDuration(text: string): number | null {
  if (!/^\s*(\d+\s*[a-z]+\s*)+$/i.test(text)) return null;
  let totalMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)\s*([a-z]+)/gi)) {
    const unitMs = UNITS_MS[unit!.toLowerCase()];
    if (unitMs === undefined) return null;
    totalMs += Number(amount) * unitMs;
  }
  return totalMs;
}

const UNITS_BYTES: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** Parses `'800kb'` (factor 1000), `'10MiB'` (factor 1024) or `'1024'` to bytes. @returns null if the text is not a size */
export function parseByteSize(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unitBytes = match && UNITS_BYTES[match[2]!.toLowerCase()];
  return match && unitBytes ? Math.round(Number(match[1]) * unitBytes) : null;
}

/** A duration (`30s`, `1hour 30s`) or `{ secs, nanos }`. Parsed to milliseconds. */
export const duration = () =>
  z
    .union([z.string(), z.strictObject({ secs: z.int().min(0), nanos: z.int().min(0).default(0) })], {
      error: "expected a duration such as '30s', '250ms' or '1hour 30s'",
    })
    .transform((value, context) => {
      const ms = typeof value === 'string' ? parseDuration(value) : value.secs * 1_000 + value.nanos / 1e6;
      if (ms !== null) return ms;
      context.addIssue({ code: 'custom', message: "expected a duration such as '30s', '250ms' or '1hour 30s'" });
      return z.NEVER;
    });

/** A size (`400kb`, `10MiB`, `2000000`). Parsed to bytes. */
export const byteSize = () =>
  z
    .union([z.int().min(0), z.string()], { error: "expected a size such as '10MiB', '800kb' or a number of bytes" })
    .transform((value, context) => {
      const bytes = typeof value === 'number' ? value : parseByteSize(value);
      if (bytes !== null) return bytes;
      context.addIssue({ code: 'custom', message: "expected a size such as '10MiB', '800kb' or a number of bytes" });
      return z.NEVER;
    });

/** `127.0.0.1:8080`, `[::1]:4000`, `0.0.0.0:80` or the absolute path of a Unix socket. */
export const listenAddress = () =>
  z.string().refine((value) => value.startsWith('/') || parseListenAddress(value) !== null, {
    error: "expected HOST:PORT such as '127.0.0.1:8080' or '[::1]:4000', or the absolute path of a Unix socket",
  });

/** Host and port of a listen address; null for anything else, Unix sockets included. */
export function parseListenAddress(value: string): { readonly host: string; readonly port: number } | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/]+)):(\d{1,5})$/i.exec(value);
  const port = Number(match?.[3]);
  return match && port <= 65_535 ? { host: (match[1] ?? match[2])!, port } : null;
}

/** The text of a regular expression. Parsed to a RegExp. */
export const pattern = () =>
  z.string().transform((value, context) => {
    try {
      return new RegExp(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `expected a regular expression: ${(error as Error).message}` });
      return z.NEVER;
    }
  });

/** The name of an HTTP header. Parsed to lower case. */
export const headerName = () =>
  z
    .string()
    .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/i, 'expected the name of an HTTP header')
    .transform((value) => value.toLowerCase());

/** A path of this server: begins with `/`. */
export const urlPath = () => z.string().regex(/^\/\S*$/, "expected a path that begins with '/'");

/** A path into JSON, by names and indexes. */
export const jsonPath = () =>
  z.string().superRefine((value, context) => {
    try {
      compileJsonPath(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

/** A path of this server that may have parameters. */
export const routePattern = () =>
  urlPath().superRefine((value, context) => {
    try {
      parseRoutePattern(value);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message });
    }
  });

/** Settings for all subgraphs and for single ones by name, as Apollo Router writes them. */
export const perSubgraph = <All extends z.ZodType, One extends z.ZodType>(all: All, one: One) =>
  z.strictObject({ all: all, subgraphs: z.record(z.string(), one).default({}) });
