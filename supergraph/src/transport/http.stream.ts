import type { ServerResponse } from 'node:http';
import { AppError } from '@vibecode/platform/errors';
import type { GraphQLFormattedError } from 'graphql';
import type { SubscriptionStream } from '../request/message.ts';
import type { HttpAnswer } from '../request/stages.ts';
import { StagedStream } from './staged.stream.ts';
import type { StreamFormat } from './stream.format.ts';

/** Emitted by a response that from now on is a stream: it counts as open no longer where requests at once are counted. */
export const STREAM_STARTED = 'graphql-stream';

const HEARTBEAT_MS = 5_000;
/** A client that took nothing of what waits for so many heartbeats is gone, whatever its network says. */
const MAX_STALLED = 12;

/** What may wait for a client's network before its stream is told to wait: the size of a socket's own buffer. */
const MAX_WAITING_BYTES = 64 * 1024;

const HEADERS = {
  'cache-control': 'no-cache, no-transform',
  // Proxies that gather answers before they pass them on are told not to.
  'x-accel-buffering': 'no',
};

/** What goes out in place of an answer, or of a part of one: `isFirst` while status and headers can still change. */
export type Rewrite = (answer: HttpAnswer, isFirst: boolean) => Promise<HttpAnswer>;

/**
 * Answers with a stream. A client that reads slowly makes its own stream wait and no other; one that goes away stops it
 * at once.
 * @param heartbeatMs default 5,000
 * @param rewrite of its beginning, and of each part; signs of life and the end go out as they are
 * @throws what `rewrite` throws for its beginning
 */
export async function sendStream(
  response: ServerResponse,
  stream: SubscriptionStream,
  format: StreamFormat,
  heartbeatMs = HEARTBEAT_MS,
  rewrite?: Rewrite,
): Promise<void> {
  if (!rewrite) {
    send(response, stream, format, heartbeatMs);
    return;
  }
  try {
    const { status, body } = await rewrite({ status: 200, body: format.start }, true);
    const change = async (text: string) => (await rewrite({ status: 200, body: format.next(text) }, false)).body;
    const fail = (error: unknown) => format.next(JSON.stringify({ errors: [toClientError(error)] }));
    const staged = new StagedStream({ stream, change, fail, signal: new AbortController().signal });
    send(response, staged, { ...format, start: body, next: (text) => text }, heartbeatMs, status);
  } catch (error) {
    stream.stop();
    throw error;
  }
}

function toClientError(error: unknown): GraphQLFormattedError {
  if (error instanceof AppError) return { message: error.message, extensions: { ...error.details, code: error.code } };
  return { message: 'The gateway failed to answer.', extensions: { code: 'INTERNAL_ERROR' } };
}

function send(
  response: ServerResponse,
  stream: SubscriptionStream,
  format: StreamFormat,
  heartbeatMs: number,
  status = 200,
): void {
  if (response.destroyed) {
    stream.stop();
    return;
  }
  if (!response.socket) {
    // Pipelined behind an answer that is not there yet, or never will be: it has its turn before it has its stream.
    const leave = () => stream.stop();
    response.req.socket.once('close', leave);
    response.once('socket', () => {
      response.req.socket.off('close', leave);
      send(response, stream, format, heartbeatMs, status);
    });
    return;
  }
  new ResponseSink(response, stream, format, heartbeatMs).start(status);
}

/** An answer in one piece for a client that takes streams only. */
export function sendStreamOfOne(response: ServerResponse, result: string, format: StreamFormat): void {
  response.writeHead(200, { 'content-type': format.contentType, ...HEADERS });
  response.end(format.start + format.next(result) + format.end);
}

class ResponseSink {
  #heartbeat: NodeJS.Timeout | undefined;
  #isCorked = false;
  /** Characters that are corked. */
  #corked = 0;
  #isFull = false;
  #hasEnded = false;
  #flushedBytes = -1;
  #stalledBeats = 0;

  constructor(
    private readonly response: ServerResponse,
    private readonly stream: SubscriptionStream,
    private readonly format: StreamFormat,
    private readonly heartbeatMs: number,
  ) {}

  start(status: number): void {
    const { response, stream, format } = this;
    // A response counts as full by what is corked alone: the socket knows what the client has not taken.
    const { socket } = response;
    const onDrain = () => this.#onDrain();
    socket?.on('drain', onDrain);
    response.on('close', () => {
      socket?.off('drain', onDrain);
      clearInterval(this.#heartbeat);
      if (!response.writableFinished) stream.stop();
    });
    response.writeHead(status, {
      'content-type': format.contentType,
      ...HEADERS,
      // A subscription's is closed at its end, so that a gateway which stops need not look for it among the idle ones.
      ...(!stream.isDeferred && { connection: 'close' }),
    });
    response.emit(STREAM_STARTED);
    this.#write(format.start);
    this.#heartbeat = setInterval(() => this.#beat(), this.heartbeatMs);
    stream.attach(this);
  }

  next(result: string): boolean {
    if (this.response.destroyed) return true;
    this.#write(this.format.next(result));
    this.#isFull = this.#corked + this.#waitingBytes >= MAX_WAITING_BYTES;
    return !this.#isFull;
  }

  complete(): void {
    // Its end may have to wait for the client, too: the heart goes on to look whether it still reads.
    this.#hasEnded = true;
    if (this.response.destroyed) return;
    // What is corked would follow the end of a chunked body.
    this.uncork();
    this.response.end(this.format.end);
  }

  uncork(): void {
    if (!this.#isCorked) return;
    this.#isCorked = false;
    this.#corked = 0;
    this.response.uncork();
    // Where the network has taken all of it at once no `drain` follows.
    if (this.#isFull && this.#waitingBytes < MAX_WAITING_BYTES) this.#onDrain();
  }

  get #waitingBytes(): number {
    return this.response.socket?.writableLength ?? 0;
  }

  /** Events that come in one read go out in one write. */
  #write(text: string): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.response.cork();
      process.nextTick(uncork, this);
    }
    this.#corked += text.length;
    this.response.write(text);
  }

  #onDrain(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.stream.resume();
  }

  #beat(): void {
    const { response, format } = this;
    if (!this.#isFull && !this.#hasEnded) {
      this.#stalledBeats = 0;
      if (format.heartbeat !== null) this.#write(format.heartbeat);
      return;
    }
    const flushedBytes = (response.socket?.bytesWritten ?? 0) - this.#waitingBytes;
    this.#stalledBeats = flushedBytes === this.#flushedBytes ? this.#stalledBeats + 1 : 0;
    this.#flushedBytes = flushedBytes;
    if (this.#stalledBeats >= MAX_STALLED) response.destroy();
  }
}

function uncork(sink: ResponseSink): void {
  sink.uncork();
}
