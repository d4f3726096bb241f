/** What the two WebSocket protocols of GraphQL call the same things. */
export interface UpstreamDialect {
  /** `Sec-WebSocket-Protocol`. */
  readonly subprotocol: string;
  readonly subscribeType: string;
  readonly stopType: string;
  readonly nextType: string;
  /** How an event's message goes on after its id, as the protocol's own server writes it; null when it writes otherwise. */
  readonly nextMiddle: string | null;
  /** The message that keeps an idle connection open, where the protocol has one. */
  readonly ping: string | null;
}

/** Named as Apollo Router's configuration names them: after the libraries, not after the subprotocols. */
export type UpstreamProtocol = 'graphql_ws' | 'graphql_transport_ws';

export const dialects: Readonly<Record<UpstreamProtocol, UpstreamDialect>> = {
  /** https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md */
  graphql_ws: {
    subprotocol: 'graphql-transport-ws',
    subscribeType: 'subscribe',
    stopType: 'complete',
    nextType: 'next',
    nextMiddle: '","type":"next","payload":',
    ping: '{"type":"ping"}',
  },
  /** https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md, which is no longer kept up */
  graphql_transport_ws: {
    subprotocol: 'graphql-ws',
    subscribeType: 'start',
    stopType: 'stop',
    nextType: 'data',
    nextMiddle: null,
    ping: null,
  },
};
