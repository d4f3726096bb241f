import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { createLogDestination } from './log.destination.ts';
import { standardOutput } from './log.sinks.ts';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly service: string;
  /** Least severe level that is logged. Default `info`. */
  readonly level?: string;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'password',
  'newPassword',
  'currentPassword',
  'secret',
  'token',
  'refreshToken',
  'accessToken',
]);
const CENSORED = '***';
/** One destination for all logs of the process, so that their lines keep their order. */
let shared: DestinationStream | null = null;
/** Depth below a line's own fields to which secrets are searched. */
const MAX_DEPTH = 2;
const NO_SPAN: Readonly<Record<string, never>> = Object.freeze({});

/**
 * Creates a log of JSON lines with `timestamp level service traceId spanId` and the fields of the event (`action`, `userId`,
 * `durationMs` …). A field whose name is that of a secret is logged as `***`.
 */
export function createLog({ service, level = 'info', destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: toTimestamp,
      formatters: {
        level: (label) => ({ level: label.toUpperCase() }),
        log: (fields) => hideSecrets(fields, MAX_DEPTH),
      },
      // Serializers also apply to the fields of child loggers; formatters do not.
      serializers: { error: toErrorFields, ...Object.fromEntries([...SECRETS].map((name) => [name, () => CENSORED])) },
      mixin() {
        const span = trace.getActiveSpan()?.spanContext();
        return span ? { traceId: span.traceId, spanId: span.spanId } : NO_SPAN;
      },
      // Without a span the fields need not be copied.
      mixinMergeStrategy: (fields, span) => (span === NO_SPAN ? fields : Object.assign(span, fields)),
    },
    destination ?? openStandardOutput(),
  );
}

let timestampMs = 0;
let timestampText = '';

/** Lines of the same millisecond share the text: making it costs a tenth of a line. */
function toTimestamp(): string {
  const nowMs = Date.now();
  if (nowMs !== timestampMs) {
    timestampMs = nowMs;
    timestampText = `,"timestamp":"${new Date(nowMs).toISOString()}"`;
  }
  return timestampText;
}

function openStandardOutput(): DestinationStream {
  shared ??= createLogDestination(standardOutput);
  return shared;
}

/**
 * @returns a copy without secrets, or the object itself if it has none. Not pino's `redact`, whose wildcards cost six times as
 *   much as the remaining work for a line
 */
function hideSecrets(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let safe = fields;
  for (const name in fields) {
    const value = fields[name];
    let shown = value;
    if (SECRETS.has(name)) shown = CENSORED;
    else if (depth > 0 && isRecord(value)) shown = hideSecrets(value, depth - 1);
    if (shown === value) continue;
    if (safe === fields) safe = { ...fields };
    safe[name] = shown;
  }
  return safe;
}

/** Whether a value is a plain object. Errors, buffers and dates are serialized by themselves. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function toErrorFields(error: unknown): unknown {
  const fields: unknown = stdSerializers.err(error as Error);
  if (typeof fields !== 'object' || fields === null) return fields;
  const safe: Record<string, unknown> = { ...fields };
  // ioredis puts the refused command into its error: the one that signs in has the password, others have users' data.
  if (isRecord(safe.command)) safe.command = safe.command.name;
  return hideSecrets(safe, MAX_DEPTH - 1);
}
