import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { HttpServerOptions } from './http.options.ts';
import { HttpRouting } from './http.routing.ts';
import { sendText } from './http.text.ts';

const CONNECTIONS_CHECKING_MS = 500;
/** Node's default, for whole requests on any path. */
const REQUEST_TIMEOUT_MS = 300_000;

/** GraphQL over HTTP, and the other handlers of the options, on plain `node:http`. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { log, telemetry: telemetryOf } = options;
  const routing = new HttpRouting(options);

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const telemetry = telemetryOf?.();
    const startMs = telemetry ? performance.now() : 0;
    telemetry?.began();
    routing.answer(request, response).then(
      (context) => telemetry?.answered(request, response, startMs, context),
      (error) => {
        log.error({ action: 'gateway.http.failed', error });
        if (!response.headersSent) sendText(response, 500, 'The gateway failed to answer.');
        else response.destroy();
        telemetry?.answered(request, response, startMs, undefined);
      },
    );
  };
  const { headerLimitBytes: maxHeaderSize, headersTimeoutMs } = options;
  const settings = {
    keepAliveTimeout: 65_000,
    // How often Node looks for slow headers; its own 30 seconds would be added to the timeout.
    connectionsCheckingInterval: CONNECTIONS_CHECKING_MS,
    ...(headersTimeoutMs !== undefined && {
      headersTimeout: headersTimeoutMs,
      requestTimeout: Math.max(REQUEST_TIMEOUT_MS, headersTimeoutMs),
    }),
    ...(maxHeaderSize !== undefined && { maxHeaderSize }),
  };
  return options.tls ? createTlsServer({ ...settings, ...options.tls }, listener) : createServer(settings, listener);
}
