import { host } from './host.ts';

/** Copies the bytes of a view. */
export function toArrayBuffer(view: ArrayBufferView): ArrayBuffer {
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer;
}

export function joinBytes(
  parts: readonly Uint8Array[],
  separator: Uint8Array = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const gaps = Math.max(0, parts.length - 1) * separator.length;
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, gaps));
  let position = 0;
  for (const [index, part] of parts.entries()) {
    if (index > 0) {
      joined.set(separator, position);
      position += separator.length;
    }
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}

const NUL = new Uint8Array(1);

/** Encodes UTF-8, with U+FFFD for an incomplete character. The host gets the text in pieces, because a string is passed only up to its first U+0000. */
export function encodeText(text: string): ArrayBuffer {
  const whole = text.toWellFormed();
  if (!whole.includes('\0')) return host.encode(whole);
  return joinBytes(
    whole.split('\0').map((part) => new Uint8Array(host.encode(part))),
    NUL,
  ).buffer;
}

/** Decodes UTF-8, with U+FFFD for invalid bytes. */
export function decodeText(bytes: Uint8Array): string {
  const parts: string[] = [];
  let start = 0;
  for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
    parts.push(host.decode(toArrayBuffer(bytes.subarray(start, end))));
    start = end + 1;
  }
  parts.push(host.decode(toArrayBuffer(bytes.subarray(start))));
  return parts.join('\0');
}

export function writeText(descriptor: number, text: string): void {
  if (!text.includes('\0') && text.isWellFormed()) host.writeText(descriptor, text);
  else host.writeBytes(descriptor, encodeText(text));
}
