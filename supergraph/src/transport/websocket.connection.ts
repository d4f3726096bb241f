import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '@vibecode/platform/errors';
import type { GraphQLFormattedError } from 'graphql';
import { CloseCode, type Message, MessageType, type SubscribeMessage, validateMessage } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { Identity, RequestContext } from '../request/context.ts';
import { parseExactJson } from '../request/exact.json.ts';
import type { EventSink, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import { isHeaderText } from './header.text.ts';
import { CLIENT_HEADERS } from './http.context.ts';
import { assertJsonBounds, DEFAULT_MAX_JSON_VALUES } from './json.bounds.ts';
import { WebSocketContext } from './websocket.context.ts';
import type { WebSocketOptions } from './websocket.options.ts';

/** Bytes that may wait for a client's network before its streams are told to wait: more than a socket's own buffer. */
const MAX_BUFFERED_BYTES = 256 * 1024;

/** Characters of a client's id that a close frame has room for: of its 123 bytes one may take four. */
const MAX_ID = 20;

interface RunningOperation {
  readonly context: WebSocketContext;
  stream: SubscriptionStream | null;
}

/** One client's connection. What goes wrong with one operation is that operation's error: only a breach of the protocol closes it. */
export class WebSocketConnection {
  readonly #operations = new Map<string, RunningOperation>();
  readonly #headers: RequestContext['headers'];
  readonly #remoteAddress: string | undefined;
  readonly #network: Socket;
  #initTimer: NodeJS.Timeout | undefined;
  #params: Readonly<Record<string, unknown>> | undefined;
  #wasInitialised = false;
  #isCorked = false;
  #isFull = false;

  constructor(
    private readonly socket: WebSocket,
    request: IncomingMessage,
    private readonly options: WebSocketOptions,
    /** Whether the connection has a place among those of a viewer. */
    private readonly hasPlace: (identity: Identity) => boolean = () => true,
  ) {
    this.#headers = request.headers as RequestContext['headers'];
    this.#remoteAddress = request.socket.remoteAddress;
    this.#network = request.socket;
    this.#initTimer = setTimeout(
      () => this.#close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout'),
      options.initTimeoutMs ?? 3_000,
    );
    socket.on('message', (message, isBinary) => this.#receive(isBinary ? '' : message.toString()));
    socket.on('close', () => this.#stopAll());
    // A socket that fails is closed, and its client connects again.
    socket.on('error', () => this.#stopAll());
    this.#network.on('drain', () => this.#onDrain());
  }

  #receive(text: string): void {
    // What a client sent before it heard of the end must not run any more.
    if (this.socket.readyState !== this.socket.OPEN) return;
    let message: Message;
    try {
      assertJsonBounds(text, this.options.maxJsonValues ?? DEFAULT_MAX_JSON_VALUES);
      message = validateMessage(parseExactJson(text));
    } catch {
      const client = { headers: this.#headers, remoteAddress: this.#remoteAddress, identity: null };
      // The connection is closed whether or not the message could be counted.
      this.options
        .hooks?.()
        .countMalformed?.(client)
        .catch(() => undefined);
      this.#close(CloseCode.BadRequest, 'Invalid message received');
      return;
    }
    switch (message.type) {
      case MessageType.ConnectionInit:
        this.#initialise(message.payload);
        break;
      case MessageType.Ping:
        this.#send(JSON.stringify({ type: MessageType.Pong, ...(message.payload && { payload: message.payload }) }));
        break;
      case MessageType.Pong:
        break;
      case MessageType.Subscribe:
        this.#subscribe(message);
        break;
      case MessageType.Complete:
        this.#stop(message.id);
        break;
      default:
        this.#close(CloseCode.BadRequest, `Unexpected message of type ${message.type} received`);
    }
  }

  #initialise(params: Record<string, unknown> | undefined): void {
    if (this.#wasInitialised) {
      this.#close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
      return;
    }
    this.#wasInitialised = true;
    clearTimeout(this.#initTimer);
    this.#initTimer = undefined;
    this.#params = params;
    this.#send('{"type":"connection_ack"}');
  }

  #subscribe({ id, payload }: SubscribeMessage): void {
    if (!this.#wasInitialised) {
      this.#close(CloseCode.Unauthorized, 'Unauthorized');
    } else if (this.#operations.has(id)) {
      this.#close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${id.slice(0, MAX_ID)} already exists`);
    } else if (this.#operations.size >= (this.options.maxOperations ?? 1_000)) {
      const message = 'This connection has too many operations open. Complete one before you start another.';
      this.#sendErrors(id, [{ message, extensions: { code: 'SUBSCRIPTION_LIMIT' } }]);
    } else {
      void this.#run(id, payload);
    }
  }

  /** Never rejects. */
  async #run(id: string, payload: SubscribeMessage['payload']): Promise<void> {
    const { core, log, hooks, telemetry, path = '/graphql' } = this.options;
    const extensions = payload.extensions as Record<string, unknown> | undefined;
    const headers = this.#toHeaders(extensions);
    const context = new WebSocketContext(headers, extensions, this.#remoteAddress, hooks?.().clientHeaders);
    context.watch = telemetry?.().begin(context, 'websocket', path);
    const operation: RunningOperation = { context, stream: null };
    this.#operations.set(id, operation);
    try {
      const identity = this.#identify(headers);
      context.identity = identity instanceof Promise ? await identity : identity;
      if (context.identity && !this.hasPlace(context.identity)) {
        this.#close(CloseCode.Forbidden, 'Too many connections of this user');
        return;
      }
      if (context.identity) this.options.onIdentity?.(context.identity);
      const result = await core().subscribe(payload, context);
      if (this.#operations.get(id) !== operation) {
        if ('attach' in result) result.stop();
        return;
      }
      if ('attach' in result) {
        operation.stream = result;
        result.attach(this.#toSink(id, context));
        return;
      }
      this.#end(id, context);
      this.#answer(id, result);
    } catch (error) {
      operation.stream?.stop();
      if (this.#operations.get(id) !== operation) return;
      const errors = [toClientError(error, () => log.error({ action: 'gateway.websocket.failed', error }))];
      context.watch?.note(errors);
      this.#end(id, context);
      this.#sendErrors(id, errors);
    }
  }

  #answer(id: string, result: GraphQLResult): void {
    if (!('data' in result)) {
      this.#sendErrors(id, result.errors ?? []);
      return;
    }
    this.#send(toNext(id, JSON.stringify(result)));
    this.#send(toComplete(id));
  }

  #toSink(id: string, context: WebSocketContext): EventSink {
    const head = toNext(id, '').slice(0, -1);
    return {
      next: (result) => {
        this.#send(`${head}${result}}`);
        if (this.socket.bufferedAmount < MAX_BUFFERED_BYTES) return true;
        this.#isFull = true;
        return false;
      },
      complete: () => {
        if (this.#end(id, context)) this.#send(toComplete(id));
      },
    };
  }

  /** Events that come in one read go out in one write. */
  #send(message: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#network.cork();
      process.nextTick(uncork, this);
    }
    this.socket.send(message);
  }

  #sendErrors(id: string, errors: readonly GraphQLFormattedError[]): void {
    this.#send(JSON.stringify({ id, type: MessageType.Error, payload: errors }));
  }

  uncork(): void {
    this.#isCorked = false;
    this.#network.uncork();
  }

  #onDrain(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    for (const { stream } of [...this.#operations.values()]) stream?.resume();
  }

  #stop(id: string): void {
    const operation = this.#operations.get(id);
    if (!operation) return;
    this.#end(id, operation.context);
    operation.context.abort();
    operation.stream?.stop();
  }

  #end(id: string, context: WebSocketContext): boolean {
    if (!this.#operations.delete(id)) return false;
    this.options.telemetry?.().ended(context);
    return true;
  }

  /** Streams end at once, however long the client takes to answer. */
  #close(code: CloseCode, reason: string): void {
    this.#stopAll();
    this.socket.close(code, reason);
  }

  #stopAll(): void {
    clearTimeout(this.#initTimer);
    for (const id of [...this.#operations.keys()]) this.#stop(id);
  }

  /** Of the upgrade; what the client's messages say of its token wins. */
  #toHeaders(extensions: Record<string, unknown> | undefined): RequestContext['headers'] {
    const { name, version } = this.options.hooks?.().clientHeaders ?? CLIENT_HEADERS;
    const said: Record<string, unknown> = {
      authorization: extensions?.authorization ?? this.#params?.authorization ?? this.#params?.Authorization,
      // Browsers can set no headers of an upgrade.
      [name]: this.#params?.[name],
      [version]: this.#params?.[version],
      traceparent: extensions?.traceparent,
      tracestate: extensions?.tracestate,
      baggage: extensions?.baggage,
    };
    const texts = Object.entries(said).filter((entry): entry is [string, string] => isHeaderText(entry[1]));
    return texts.length ? { ...this.#headers, ...Object.fromEntries(texts) } : this.#headers;
  }

  #identify(headers: RequestContext['headers']): Identity | null | Promise<Identity | null> {
    const hooks = this.options.hooks?.();
    if (hooks?.identify) return hooks.identify(headers, this.#params, this.#remoteAddress);
    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    return token ? { key: token, subject: '', token, scopes: [], claims: {} } : null;
  }
}

function uncork(connection: WebSocketConnection): void {
  connection.uncork();
}

function toNext(id: string, result: string): string {
  return `{"id":${JSON.stringify(id)},"type":"next","payload":${result}}`;
}

function toComplete(id: string): string {
  return `{"id":${JSON.stringify(id)},"type":"complete"}`;
}

function toClientError(error: unknown, log: () => void): GraphQLFormattedError {
  if (error instanceof AppError) return { message: error.message, extensions: { ...error.details, code: error.code } };
  log();
  return { message: 'The gateway failed to answer.', extensions: { code: 'INTERNAL_ERROR' } };
}
