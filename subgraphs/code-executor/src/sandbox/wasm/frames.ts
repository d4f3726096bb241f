/** Frames from an interpreter's process: one byte of type, four of length (big endian), the payload. */
export const frameTypes = { ready: 0, stdout: 1, stderr: 2, end: 3 } as const;

const headerBytes = 5;

export function toFrame(type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerBytes + payload.byteLength);
  frame[0] = type;
  new DataView(frame.buffer).setUint32(1, payload.byteLength);
  frame.set(payload, headerBytes);
  return frame;
}

/** Puts frames together from chunks of any size. */
export class FrameReader {
  #buffered: Uint8Array = new Uint8Array(0);
  readonly #onFrame: (type: number, payload: Uint8Array) => void;

  constructor(onFrame: (type: number, payload: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#buffered.byteLength + chunk.byteLength);
    bytes.set(this.#buffered);
    bytes.set(chunk, this.#buffered.byteLength);
    let position = 0;
    while (bytes.byteLength - position >= headerBytes) {
      const length = new DataView(bytes.buffer).getUint32(position + 1);
      if (bytes.byteLength - position - headerBytes < length) break;
      const from = position + headerBytes;
      this.#onFrame(bytes[position]!, bytes.slice(from, from + length));
      position = from + length;
    }
    this.#buffered = bytes.subarray(position);
  }
}
