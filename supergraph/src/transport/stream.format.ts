/** How a stream of GraphQL results is written into the body of an HTTP answer. */
export interface StreamFormat {
  readonly contentType: string;
  /** Goes out at once, so that the client knows it is heard. */
  readonly start: string;
  /** @param result a GraphQL result as JSON text */
  next(result: string): string;
  /** Shows that the connection lives while there is nothing to say; null where the format has no such thing. */
  readonly heartbeat: string | null;
  readonly end: string;
}

/**
 * Server-sent events, in the distinct connections mode of GraphQL over SSE.
 * Source: https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
 */
export const SSE: StreamFormat = {
  contentType: 'text/event-stream; charset=utf-8',
  start: ':\n\n',
  next: (result) => `event: next\ndata: ${toOneLine(result)}\n\n`,
  heartbeat: ':\n\n',
  // Without `data` a browser's EventSource would not hear of it.
  end: 'event: complete\ndata:\n\n',
};

const PART = '\r\ncontent-type: application/json\r\n\r\n';
// Written after each part rather than before the next: a reader knows then that the part is whole.
const BOUNDARY = '\r\n--graphql';

/**
 * Subscriptions as Apollo Router and Apollo Client speak them. `payload` is an event; a null payload brings the errors
 * that end the stream.
 * Source: https://www.apollographql.com/docs/graphos/routing/operations/subscriptions/multipart-protocol
 */
export const MULTIPART_SUBSCRIPTION: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
  start: `${BOUNDARY}${PART}{}${BOUNDARY}`,
  next: (result) => `${PART}${toPayload(result)}${BOUNDARY}`,
  heartbeat: `${PART}{}${BOUNDARY}`,
  end: '--\r\n',
};

/**
 * The parts of an answer to `@defer`, in the format of 2022-08-24 that Apollo Router and Apollo Client speak.
 * Source: https://www.apollographql.com/docs/graphos/routing/operations/defer
 */
export const MULTIPART_DEFER: StreamFormat = {
  contentType: 'multipart/mixed;boundary="graphql";deferSpec=20220824',
  start: BOUNDARY,
  next: (result) => `${PART}${result}${BOUNDARY}`,
  heartbeat: null,
  end: '--\r\n',
};

/** An event has data, if only null; what has none ends the stream. */
function toPayload(result: string): string {
  return result.startsWith('{"errors":') && !hasData(result)
    ? `{"payload":null,${result.slice(1)}`
    : `{"payload":${result}}`;
}

function hasData(result: string): boolean {
  return 'data' in JSON.parse(result);
}

/** Line breaks in JSON stand between its tokens only. */
function toOneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replace(/[\r\n]+/g, ' ') : json;
}
