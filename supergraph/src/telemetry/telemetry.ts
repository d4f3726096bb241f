import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@vibecode/platform/log';
import type { RequestContext } from '../request/context.ts';
import type { AnswerHeaders } from '../request/hooks.ts';
import type { ClientTransport, OperationObserver } from '../request/observer.ts';
import type { ParsedOperation } from '../request/parsed.operation.ts';
import type { GatewayMetrics } from './gateway.metrics.ts';
import { type Instrumentation, NO_INSTRUMENTATION } from './instrumentation.ts';
import { finishRouter, instrument } from './instrumented.operation.ts';
import { fail } from './operation.trace.ts';
import { OperationWatch } from './operation.watch.ts';
import { logOperation, type RequestLogLevel } from './request.log.ts';
import type { Tracing } from './tracing.ts';

export interface TelemetryOptions {
  readonly metrics: GatewayMetrics | null;
  readonly tracing: Tracing;
  readonly log: Logger;
  /** Level of the line for each operation; null writes none. */
  readonly requestLevel: RequestLogLevel | null;
  /** Answer header for the trace id; null: none. */
  readonly traceIdHeader: string | null;
  /** Configured attributes, events and instruments. Default: none. */
  readonly instrumentation?: Instrumentation;
}

/** Measures, traces and logs every request. */
export class Telemetry {
  readonly metrics: GatewayMetrics | null;
  readonly instrumentation: Instrumentation;
  readonly #onError: ((code: string) => void) | undefined;

  constructor(private readonly options: TelemetryOptions) {
    const { metrics } = options;
    this.metrics = metrics;
    this.instrumentation = options.instrumentation ?? NO_INSTRUMENTATION;
    if (metrics) this.#onError = (code) => metrics.erred(code);
  }

  /** Called when an operation has arrived. Its context has no identity yet. */
  begin(context: RequestContext, transport: ClientTransport, path: string): OperationWatch {
    const { tracing, traceIdHeader } = this.options;
    const trace = tracing.begin(context.headers, path);
    if (traceIdHeader && trace.traceId) context.setHeader?.(traceIdHeader, trace.traceId);
    const watch = new OperationWatch(transport, trace, this.#onError, path);
    const { router, supergraph, subgraph } = this.instrumentation;
    if (router || supergraph || subgraph) {
      (context as { watch?: OperationObserver }).watch = watch;
      instrument(watch, context, this.instrumentation);
    }
    return watch;
  }

  /** Called when an HTTP request has arrived. */
  began(): void {
    this.metrics?.began();
  }

  /** Called when an HTTP request is answered, or when its stream has started. */
  answered(request: IncomingMessage, response: ServerResponse, startMs: number, context: RequestContext | undefined) {
    if (response.writableEnded || response.destroyed) this.#close(request, response, startMs, context);
    else response.once('close', () => this.#close(request, response, startMs, context));
  }

  /** Called when an operation on another transport than HTTP has ended. */
  ended(context: RequestContext, status?: number, headers?: AnswerHeaders): void {
    const { watch } = context;
    if (!watch) return;
    const { router } = this.instrumentation;
    if (router) finishRouter(router, watch as OperationWatch, context, { status, headers });
    const { log, requestLevel } = this.options;
    this.metrics?.operated(watch.operation?.kind, watch.transport);
    const root = watch.trace?.recorded?.root;
    if (root) {
      const { operation, errorCode } = watch;
      if (operation) root.setAttributes(toAttributes(operation));
      if (context.clientName) root.setAttribute('client.name', context.clientName);
      if (context.clientVersion) root.setAttribute('client.version', context.clientVersion);
      if (status !== undefined) root.setAttribute('http.response.status_code', status);
      if (errorCode) fail(root, errorCode);
      root.end();
    }
    if (requestLevel && log.isLevelEnabled(requestLevel)) {
      logOperation(log, requestLevel, context, watch, performance.now() - watch.startMs, status);
    }
  }

  #close(
    request: IncomingMessage,
    response: ServerResponse,
    startMs: number,
    context: RequestContext | undefined,
  ): void {
    const status = response.headersSent ? response.statusCode : 499;
    this.metrics?.answered(request.method ?? '', status, context?.watch?.operation?.kind, performance.now() - startMs);
    if (!context) return;
    const headers = this.instrumentation.router ? (response.getHeaders() as AnswerHeaders) : undefined;
    this.ended(context, status, headers);
  }
}

function toAttributes({ operation, kind }: ParsedOperation) {
  return { 'graphql.operation.type': kind, 'graphql.operation.name': operation.name?.value };
}
