import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export interface LogOptions {
  readonly service: string;
  /** Least severe level that is written. Default `info`. */
  readonly level?: string;
  /** Default standard output. */
  readonly destination?: DestinationStream;
}

/**
 * JSON lines with `timestamp level service traceId spanId`; the fields of an event (`action`, `userId`, `durationMs` …)
 * stand beside them. Secrets are replaced wherever such a name occurs.
 */
export function createLog({ service, level = 'info', destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      mixin() {
        const span = trace.getActiveSpan()?.spanContext();
        return span ? { traceId: span.traceId, spanId: span.spanId } : {};
      },
      redact: {
        paths: [
          'authorization',
          'cookie',
          'password',
          'newPassword',
          'currentPassword',
          'secret',
          'token',
          'refreshToken',
          'accessToken',
        ].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '***',
      },
    },
    destination ?? pino.destination({ sync: false, dest: 1 }),
  );
}
