import { WebSocket } from 'ws';

export interface RawSocket extends Disposable {
  readonly socket: WebSocket;
  send(message: unknown): void;
  /** Messages that came and were not taken yet, in order. Rejects when the connection ends before one comes. */
  next(): Promise<Record<string, unknown>>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

/** A client that knows nothing of the protocol: it sends what it is told to. */
export async function openSocket(
  url: string,
  { protocol = 'graphql-transport-ws', autoPong = true }: { protocol?: string; autoPong?: boolean } = {},
): Promise<RawSocket> {
  const socket = new WebSocket(url, protocol ? [protocol] : [], { autoPong });
  const messages: Record<string, unknown>[] = [];
  let look = () => {};
  let hasEnded = false;
  socket.on('message', (data) => {
    messages.push(JSON.parse(data.toString()));
    look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => {
      hasEnded = true;
      resolve({ code, reason: reason.toString() });
      look();
    });
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return {
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async next() {
      while (messages.length === 0) {
        if (hasEnded) throw new Error('The connection has ended.');
        await new Promise<void>((resolve) => {
          look = resolve;
        });
      }
      return messages.shift() as Record<string, unknown>;
    },
    [Symbol.dispose]: () => socket.terminate(),
  };
}
