import { WebSocket } from 'ws';

/** A client that reads only when it is told to. */
export interface SlowClient extends AsyncDisposable {
  readonly messages: readonly { readonly id: string; readonly type: string; readonly payload?: unknown }[];
  subscribe(id: string, query: string, variables?: object): void;
  stopReading(): void;
  goOnReading(): void;
  /** Code that the server closed with. */
  readonly closed: Promise<number>;
  until(holds: (messages: SlowClient['messages']) => boolean): Promise<void>;
}

export async function connectSlowly(url: string): Promise<SlowClient> {
  const socket = new WebSocket(url, 'graphql-transport-ws');
  const messages: { id: string; type: string }[] = [];
  const waiting = new Set<() => void>();
  const closed = Promise.withResolvers<number>();
  socket.on('message', (text) => {
    messages.push(JSON.parse(text.toString()));
    for (const look of waiting) look();
  });
  socket.on('close', (code) => closed.resolve(code));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"connection_init"}');
  const client: SlowClient = {
    messages,
    closed: closed.promise,
    subscribe: (id, query, variables) =>
      socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query, variables } })),
    stopReading: () => socket.pause(),
    goOnReading: () => socket.resume(),
    until(holds) {
      return new Promise<void>((resolve) => {
        const look = () => {
          if (!holds(messages)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed.promise;
    },
  };
  await client.until(([first]) => first?.type === 'connection_ack');
  return client;
}
