import type { GraphQLFormattedError } from 'graphql';
import { parseExactJson } from '../request/exact.json.ts';
import type { EventSink, GraphQLResult, SubscriptionStream } from '../request/message.ts';
import type { OpenRequestContext } from './plugin.context.ts';
import { type RequestListener, toGraphQLError } from './plugin.context.ts';

/** Tells plugins of each event that goes to the client, without waiting for them: events keep their pace. */
export function watchStream(
  stream: SubscriptionStream,
  opened: OpenRequestContext,
  listeners: readonly RequestListener[],
): SubscriptionStream {
  const heard = listeners.filter(
    (listener) => listener.willSendSubsequentPayload ?? listener.didEncounterSubsequentErrors,
  );
  if (heard.length === 0) return stream;
  let hasEnded = false;
  // One after the other, in the order of the events.
  let turn: Promise<void> = Promise.resolve();
  const tell = (payload: object, errors: readonly GraphQLFormattedError[]): void => {
    turn = turn.then(async () => {
      try {
        const known = errors.map(toGraphQLError);
        for (const listener of heard) {
          if (known.length) await listener.didEncounterSubsequentErrors?.(opened as never, known);
          await listener.willSendSubsequentPayload?.(opened as never, payload as never);
        }
      } catch (error) {
        opened.logger.error(`A plugin failed: ${(error as Error).message}`);
      }
    });
  };
  const end = (): void => {
    if (hasEnded) return;
    hasEnded = true;
    tell({ hasNext: false }, []);
  };
  const toSink = (sink: EventSink): EventSink => ({
    next(text) {
      const errors = text.includes('"errors"') ? ((JSON.parse(text) as GraphQLResult).errors ?? []) : [];
      tell(new EventPayload(text), errors);
      return sink.next(text);
    },
    complete() {
      end();
      sink.complete();
    },
  });
  return {
    ...(stream.isDeferred && { isDeferred: true }),
    attach: (sink) => stream.attach(toSink(sink)),
    resume: () => stream.resume(),
    stop() {
      end();
      stream.stop();
    },
    async *[Symbol.asyncIterator]() {
      try {
        for await (const result of stream) {
          tell(new EventPayload(JSON.stringify(result)), result.errors ?? []);
          yield result;
        }
      } finally {
        end();
      }
    },
  };
}

/** An event in the form of incremental delivery; read only when a plugin looks into it. */
class EventPayload {
  readonly hasNext = true;
  #incremental: readonly object[] | undefined;

  constructor(private readonly text: string) {}

  get incremental(): readonly object[] {
    this.#incremental ??= [{ path: [], ...(parseExactJson(this.text) as GraphQLResult) }];
    return this.#incremental;
  }
}
