import { connect, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i;

/** A client that sends requests over a connection of its own as fast as they are answered, and reads lengths only. */
export class RawClient {
  #done = 0;
  #missing = 0;
  #status = '';
  #onEach: (() => boolean) | null = null;
  #finished: (() => void) | null = null;
  #failed: ((error: Error) => void) | null = null;

  readonly #socket: Socket;
  readonly #nextRequest: () => string;

  private constructor(socket: Socket, nextRequest: () => string) {
    this.#socket = socket;
    this.#nextRequest = nextRequest;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('The gateway closed the connection.')));
  }

  static async connect(url: string, nextBody: () => string, token: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const head = [
      'POST /graphql HTTP/1.1',
      `host: ${hostname}:${port}`,
      'content-type: application/json',
      'accept: application/json',
      `authorization: Bearer ${token}`,
    ];
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawClient(socket, () => {
      const body = nextBody();
      return `${head.join('\r\n')}\r\ncontent-length: ${Buffer.byteLength(body)}${HEAD_END}${body}`;
    });
  }

  /**
   * Asks until it is told to stop.
   * @param more called before each request but the first
   * @returns how many were answered
   */
  async run(more: () => boolean): Promise<number> {
    this.#done = 0;
    this.#onEach = more;
    await new Promise<void>((resolve, reject) => {
      this.#finished = resolve;
      this.#failed = reject;
      this.#socket.write(this.#nextRequest());
    });
    this.#failed = null;
    return this.#done;
  }

  close(): void {
    this.#failed = null;
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#missing > 0) this.#missing -= chunk.length;
    else {
      // A head comes in one piece: it is the first that the gateway writes of an answer.
      const head = chunk.toString('latin1', 0, 2_048);
      const end = head.indexOf(HEAD_END);
      this.#status = head.slice(9, 12);
      this.#missing = Number(CONTENT_LENGTH.exec(head)?.[1] ?? Number.NaN) - (chunk.length - end - HEAD_END.length);
      if (end < 0 || Number.isNaN(this.#missing) || this.#status !== '200') {
        this.#failed?.(new Error(`Unexpected answer: ${head.slice(0, 500)}`));
        return;
      }
    }
    if (this.#missing > 0) return;
    this.#missing = 0;
    this.#done += 1;
    if (this.#onEach?.()) this.#socket.write(this.#nextRequest());
    else this.#finished?.();
  }
}
