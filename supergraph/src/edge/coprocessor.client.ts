import { AppError } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { Pool } from 'undici';
import type { RouterConfig } from '../config/config.schema.ts';
import { type CancelSignal, toAbortSignal } from '../request/cancellation.ts';
import { createPool } from '../traffic/subgraph.pool.ts';
import { readReply, type StageMessage, type StageReply } from './coprocessor.message.ts';

export type CoprocessorConfig = NonNullable<RouterConfig['coprocessor']>;

/** Longest reply that is read. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** The coprocessor did not reply, or broke the protocol. The request cannot go on without the reply. */
export class CoprocessorError extends AppError {
  override readonly status = 500;
  constructor(stage: string, reason: string, cause: unknown) {
    super('COPROCESSOR_FAILED', `The coprocessor failed at ${stage}: ${reason}.`, { details: { stage }, cause });
  }
}

/** Sends messages to the coprocessor. Disposing waits for the messages under way. */
export interface CoprocessorClient extends AsyncDisposable {
  /** @throws CoprocessorError, or the signal's reason when the client goes away */
  ask(url: string, message: StageMessage, traceparent: string | undefined, signal: CancelSignal): Promise<StageReply>;
  /** Sends without waiting; what comes back changes nothing. */
  tell(url: string, message: StageMessage, traceparent: string | undefined): void;
}

export function createCoprocessorClient(
  { timeout: timeoutMs, client }: CoprocessorConfig,
  log: Logger,
): CoprocessorClient {
  const pools = new Map<string, Pool>();
  const settings = {
    maxConnections: 256,
    idleTimeoutMs: 4_000,
    http2: client.http2 ?? 'disable',
    tls: null,
    dnsResolution: client.dns_resolution_strategy ?? null,
  } as const;

  async function ask(
    url: string,
    message: StageMessage,
    traceparent: string | undefined,
    signal: CancelSignal | undefined,
  ): Promise<StageReply> {
    const target = new URL(url);
    let pool = pools.get(target.origin);
    if (!pool) {
      pool = createPool(target, settings);
      pools.set(target.origin, pool);
    }
    const inTime = AbortSignal.timeout(timeoutMs);
    try {
      const response = await pool.request({
        path: target.pathname + target.search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          ...(traceparent && { traceparent }),
        },
        body: JSON.stringify(message),
        signal: signal ? AbortSignal.any([toAbortSignal(signal), inTime]) : inTime,
      });
      const text = await readText(response.body);
      const { statusCode } = response;
      if (statusCode < 200 || statusCode > 299) throw new Error(`it answered with status ${statusCode}`);
      return readReply(text, message);
    } catch (cause) {
      signal?.throwIfAborted();
      const reason = inTime.aborted ? `it did not answer within ${timeoutMs} ms` : toReason(cause);
      log.error({ action: 'coprocessor.failed', stage: message.stage, url, requestId: message.id, reason });
      throw new CoprocessorError(message.stage, reason, undefined);
    }
  }

  return {
    ask,
    tell(url, message, traceparent) {
      // `ask` has logged the failure, and nothing waits for the reply.
      ask(url, message, traceparent, undefined).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_REPLY_BYTES) throw new Error(`it answered with more than ${MAX_REPLY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Leaves out the coprocessor's address, because clients read the reason. */
function toReason(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === undefined ? message : `it could not be reached (${code})`;
}
