import { parseExactJson } from '../request/exact.json.ts';
import type { EventSink, GraphQLResult, SubscriptionStream } from '../request/message.ts';

/** Tells of each result that goes to the client, in passing. */
export function observeStream(stream: SubscriptionStream, sees: (result: GraphQLResult) => void): SubscriptionStream {
  const toSink = (sink: EventSink): EventSink => ({
    next(text) {
      sees(parseExactJson(text) as GraphQLResult);
      return sink.next(text);
    },
    complete: () => sink.complete(),
  });
  return {
    ...(stream.isDeferred && { isDeferred: true }),
    attach: (sink) => stream.attach(toSink(sink)),
    resume: () => stream.resume(),
    stop: () => stream.stop(),
    async *[Symbol.asyncIterator]() {
      for await (const result of stream) {
        sees(result);
        yield result;
      }
    },
  };
}
