import type { ServerResponse } from 'node:http';
import type { StreamFormat } from './stream.format.ts';
import type { SubscriptionStream } from './types.ts';

/** Emitted by a response that from now on is a stream: it counts as open no longer where requests at once are counted. */
export const STREAM_STARTED = 'graphql-stream';

const HEARTBEAT_MS = 5_000;
/** A client that took nothing of what waits for so many heartbeats is gone, whatever its network says. */
const MAX_STALLED = 12;

const HEADERS = {
  'cache-control': 'no-cache, no-transform',
  // Proxies that gather answers before they pass them on are told not to.
  'x-accel-buffering': 'no',
};

/**
 * Answers with a stream. A client that reads slowly makes its own stream wait and no other; one that goes away stops it
 * at once.
 * @param heartbeatMs default 5,000
 */
export function sendStream(
  response: ServerResponse,
  stream: SubscriptionStream,
  format: StreamFormat,
  heartbeatMs = HEARTBEAT_MS,
): void {
  if (response.destroyed) {
    stream.stop();
    return;
  }
  new ResponseSink(response, stream, format, heartbeatMs).start();
}

/** An answer in one piece for a client that takes streams only. */
export function sendStreamOfOne(response: ServerResponse, result: string, format: StreamFormat): void {
  response.writeHead(200, { 'content-type': format.contentType, ...HEADERS });
  response.end(format.start + format.next(result) + format.end);
}

class ResponseSink {
  #heartbeat: NodeJS.Timeout | undefined;
  #isCorked = false;
  #isFull = false;
  #flushedBytes = -1;
  #stalledBeats = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly stream: SubscriptionStream,
    private readonly format: StreamFormat,
    private readonly heartbeatMs: number,
  ) {}

  start(): void {
    const { response, stream, format } = this;
    response.on('drain', () => this.#onDrain());
    response.on('close', () => {
      clearInterval(this.#heartbeat);
      if (!response.writableFinished) stream.stop();
    });
    // Closed at its end, so that a gateway which stops need not look for it among the idle connections.
    response.writeHead(200, { 'content-type': format.contentType, ...HEADERS, connection: 'close' });
    response.emit(STREAM_STARTED);
    this.#write(format.start);
    this.#heartbeat = setInterval(() => this.#beat(), this.heartbeatMs);
    stream.attach(this);
  }

  next(result: string): boolean {
    if (this.response.destroyed) return true;
    this.#isFull = !this.#write(this.format.next(result));
    return !this.#isFull;
  }

  complete(): void {
    clearInterval(this.#heartbeat);
    if (this.response.destroyed) return;
    // What is corked would follow the end of a chunked body.
    this.uncork();
    this.response.end(this.format.end);
  }

  uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.response.uncork();
  }

  /** Events that come in one read go out in one write. */
  #write(text: string): boolean {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.response.cork();
      process.nextTick(uncork, this);
    }
    return this.response.write(text);
  }

  #onDrain(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.stream.resume();
  }

  #beat(): void {
    const { response, format } = this;
    if (!response.writableNeedDrain) {
      this.#stalledBeats = 0;
      if (format.heartbeat !== null) this.#write(format.heartbeat);
      return;
    }
    const { socket } = response;
    const flushedBytes = (socket?.bytesWritten ?? 0) - (socket?.writableLength ?? 0);
    this.#stalledBeats = flushedBytes === this.#flushedBytes ? this.#stalledBeats + 1 : 0;
    this.#flushedBytes = flushedBytes;
    if (this.#stalledBeats >= MAX_STALLED) response.destroy();
  }
}

function uncork(sink: ResponseSink): void {
  sink.uncork();
}
