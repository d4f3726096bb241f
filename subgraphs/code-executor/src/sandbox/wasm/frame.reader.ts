import { ByteQueue } from '@vibecode/platform/byte.queue';
import { HEADER_BYTES } from './frames.ts';

/** Assembles frames from chunks of any size. */
export class FrameReader {
  readonly #received = new ByteQueue();
  readonly #onFrame: (type: number, payload: Uint8Array) => void;

  constructor(onFrame: (type: number, payload: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Uint8Array): void {
    this.#received.push(chunk);
    for (;;) {
      const header = this.#received.peek(HEADER_BYTES);
      const frame = header && this.#received.take(HEADER_BYTES + header.readUInt32BE(1));
      if (!frame) return;
      this.#onFrame(frame[0]!, frame.subarray(HEADER_BYTES));
    }
  }
}
