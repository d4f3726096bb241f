import type { RequestContext } from '../request/context.ts';
import { changeError } from '../request/error.origin.ts';
import { logFaults } from '../request/fault.log.ts';
import type { EventSink, GraphQLResult } from '../request/message.ts';
import { completeEvent, completeEvents } from './event.completion.ts';
import { EventCursor } from './event.cursor.ts';
import { EventQueue } from './event.queue.ts';
import type { StreamScope } from './stream.scope.ts';

/** What a delivery needs of its stream, and tells it. */
export interface DeliveryOwner {
  readonly scope: StreamScope;
  /** With the newest token of the viewer. */
  readonly context: RequestContext;
  readonly hasEnded: boolean;
  /** Nothing waits any more. */
  drained(): void;
  /** An event could not be read or completed. */
  failed(error: unknown): void;
}

const COMPLETE: GraphQLResult = {};

/**
 * The way from the stream to its client: events that need nothing go at once; those that wait for the client, or for what
 * completes them, stand in a bounded queue. One run of the completion takes all events that have gathered meanwhile.
 */
export class ClientDelivery {
  #sink: EventSink | null = null;
  #queue: EventQueue | null = null;
  /** After the last event that the client was given; null where nothing waits, and it is the last one taken in. */
  #given: EventCursor | null = null;
  #takesMore = true;
  #isCompleting = false;

  constructor(private readonly owner: DeliveryOwner) {}

  get isAttached(): boolean {
    return this.#sink !== null;
  }

  /** Whether the client takes events. */
  get takesMore(): boolean {
    return this.#takesMore;
  }

  /** Events that wait. */
  get queued(): number {
    return this.#queue?.length ?? 0;
  }

  attach(sink: EventSink): void {
    this.#sink = sink;
  }

  /** The client takes more again. */
  resume(): void {
    this.#takesMore = true;
    this.pump();
  }

  /** @param taken after the last event taken in before this one */
  hasRoomFor(payload: string, taken: EventCursor): boolean {
    if (this.#isClear) return true;
    const { plan, limits } = this.owner.scope;
    if (!this.#queue) {
      this.#queue = new EventQueue(limits.maxEvents, limits.maxBytes);
      if (plan.resumption) this.#given = EventCursor.copyOf(taken);
    }
    return this.#queue.hasRoomFor(payload);
  }

  /**
   * Takes an event that there is room for.
   * @param isPlain whether the event is data and nothing else
   */
  take(payload: string, isPlain: boolean): void {
    if (!this.#queue || this.#isClear) {
      this.#deliver(payload, isPlain);
      return;
    }
    this.#queue.push(payload);
    this.pump();
  }

  /** Delivers what can be delivered, and tells the owner when nothing waits. */
  pump(): void {
    const { owner } = this;
    while (this.#takesMore && !this.#isCompleting && !owner.hasEnded && this.#queue?.length) {
      if (owner.scope.plan.completion) {
        void this.#runCompletion(this.#queue);
        return;
      }
      const payload = this.#queue.shift() as string;
      this.#deliver(payload, isPlainEvent(payload));
      this.#noteGiven(payload);
    }
    if (owner.hasEnded || this.#isCompleting || this.#queue?.length) return;
    this.#queue = null;
    this.#given = null;
    owner.drained();
  }

  /** Forgets what waits. */
  discard(): void {
    this.#queue = null;
  }

  /**
   * The last that the client hears.
   * @param end its errors, or none
   * @param taken after the last event taken in
   */
  finish(end: GraphQLResult, taken: EventCursor): void {
    if (end.errors) this.#send(this.#withCursor(end, taken));
    this.#sink?.complete();
  }

  /** Whether an event can go to the client without waiting. */
  get #isClear(): boolean {
    return this.#takesMore && !this.#isCompleting && !this.#queue?.length && !this.owner.scope.plan.completion;
  }

  async #runCompletion(queue: EventQueue): Promise<void> {
    const { owner } = this;
    const { scope, context } = owner;
    const batch: string[] = [];
    while (batch.length < scope.limits.maxBatch && queue.length) batch.push(queue.shift() as string);
    this.#isCompleting = true;
    const span = scope.watch?.startCompletion(context, batch.length);
    try {
      const results = await completeEvents(batch, { ...scope, context });
      if (owner.hasEnded) return;
      for (const result of results) this.#send(result);
      for (const payload of batch) this.#noteGiven(payload);
    } catch (error) {
      owner.failed(error);
    } finally {
      span?.end();
    }
    this.#isCompleting = false;
    this.pump();
  }

  #deliver(payload: string, isPlain: boolean): void {
    const { scope, context } = this.owner;
    if (isPlain && scope.plan.isForwarded && !scope.finishesAll) {
      scope.watch?.forwarded(context);
      this.#takesMore = this.#sink?.next(payload) ?? true;
      return;
    }
    let result: GraphQLResult;
    try {
      result = completeEvent(payload, scope);
    } catch (error) {
      this.owner.failed(error);
      return;
    }
    this.#send(result);
  }

  #send(result: GraphQLResult): void {
    const { scope, context } = this.owner;
    if (result.errors) {
      context.watch?.note(result.errors);
      logFaults(scope.log, result.errors, context);
    }
    const finished = scope.finishesAll || result.errors ? scope.finish(result, context) : result;
    scope.watch?.sent();
    this.#takesMore = this.#sink?.next(JSON.stringify(finished)) ?? true;
  }

  #noteGiven(payload: string): void {
    const { resumption } = this.owner.scope.plan;
    if (resumption) this.#given?.moveTo(payload, isPlainEvent(payload), resumption);
  }

  /** A client that subscribes again can go on after the last event that arrived, whether or not it selected the cursor. */
  #withCursor({ errors: [first, ...others] = [] }: GraphQLResult, taken: EventCursor): GraphQLResult {
    const { resumption } = this.owner.scope.plan;
    if (!first) return COMPLETE;
    const resumeAfterSeq = resumption ? (this.#given ?? taken).read(resumption) : undefined;
    if (resumeAfterSeq === undefined) return { errors: [first, ...others] };
    return { errors: [changeError(first, { extensions: { ...first.extensions, resumeAfterSeq } }), ...others] };
  }
}

/** Whether an event is data and nothing else, as far as its text tells: quotes within strings are escaped. */
export function isPlainEvent(payload: string): boolean {
  return payload.startsWith('{"data":{') && !payload.includes('"errors":') && !payload.includes('"extensions":');
}
