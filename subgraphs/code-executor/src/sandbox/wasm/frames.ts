/** Frames from an interpreter's process: one byte of type, four of length (big endian), the payload. */
export const FRAME_TYPES = { ready: 0, stdout: 1, stderr: 2, end: 3 } as const;

/** Length of a header in bytes. The interpreter's process imports this file and may not read other folders, so `frame.reader.ts` is separate. */
export const HEADER_BYTES = 5;

export function toFrame(type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_BYTES + payload.byteLength);
  frame[0] = type;
  new DataView(frame.buffer).setUint32(1, payload.byteLength);
  frame.set(payload, HEADER_BYTES);
  return frame;
}
