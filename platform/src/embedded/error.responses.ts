/** Fields of an ErrorResponse by their letters: S severity, V severity in English, C code, M message. */
export type ErrorFields = Readonly<Record<string, string>>;

const ERROR_RESPONSE = 'E'.charCodeAt(0);
const HEADER_BYTES = 5;

/**
 * Reads the error responses in the output of a PostgreSQL server, and may replace them. All other messages pass unchanged, in
 * chunks of any size.
 *
 * Message formats: https://www.postgresql.org/docs/18/protocol-message-formats.html
 */
export class ErrorResponses {
  readonly #replace: (fields: ErrorFields) => ErrorFields;
  /** Bytes of an incomplete message. */
  #held: Buffer = Buffer.alloc(0);
  /** Remaining bytes of a message that passes unchanged. */
  #passing = 0;

  /** @param replace called with each error; returns it or a replacement */
  constructor(replace: (fields: ErrorFields) => ErrorFields) {
    this.#replace = replace;
  }

  /** @returns the bytes to send to the client */
  push(chunk: Uint8Array): Buffer {
    const received = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : Buffer.from(chunk);
    const passed: Buffer[] = [];
    let [start, at] = [0, 0];
    while (at < received.length) {
      if (this.#passing > 0) {
        const bytes = Math.min(this.#passing, received.length - at);
        this.#passing -= bytes;
        at += bytes;
        continue;
      }
      if (received.length - at < HEADER_BYTES) break;
      const length = 1 + received.readInt32BE(at + 1);
      if (received[at] !== ERROR_RESPONSE) {
        this.#passing = length;
        continue;
      }
      if (received.length - at < length) break;
      const fields = decodeFields(received.subarray(at + HEADER_BYTES, at + length));
      passed.push(received.subarray(start, at), encodeFields(this.#replace(fields)));
      at += length;
      start = at;
    }
    this.#held = received.subarray(at);
    passed.push(received.subarray(start, at));
    return passed.length === 1 ? (passed[0] as Buffer) : Buffer.concat(passed);
  }
}

function decodeFields(body: Buffer): ErrorFields {
  const fields: Record<string, string> = {};
  for (const field of body.toString('utf8').split('\0')) if (field) fields[field[0] as string] = field.slice(1);
  return fields;
}

function encodeFields(fields: ErrorFields): Buffer {
  const text = Object.entries(fields).map(([letter, value]) => `${letter}${value}\0`);
  const body = Buffer.from(`${text.join('')}\0`);
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = ERROR_RESPONSE;
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}
