import { ByteQueue } from '../src/byte.queue.ts';
import { assertLinear } from '../src/testing/growth.ts';
import * as fc from '../src/testing/property.ts';

/** A byte of length, then as many bytes. */
function readAll(queue: ByteQueue): Buffer[] {
  const messages: Buffer[] = [];
  for (;;) {
    const head = queue.peek(1);
    const message = head && queue.take(1 + head[0]!);
    if (!message) return messages;
    messages.push(message.subarray(1));
  }
}

describe('ByteQueue', () => {
  it('gives messages back whole, in whatever chunks they come', () => {
    const message = fc.uint8Array({ maxLength: 255 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (sent, sizes) => {
        const bytes = Buffer.concat(sent.flatMap((body) => [Buffer.from([body.length]), body]));
        const queue = new ByteQueue();
        const received: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const chunk = bytes.subarray(at, at + sizes[turn % sizes.length]!);
          queue.push(chunk);
          at += chunk.length;
          received.push(...readAll(queue));
        }
        expect(received).toEqual(sent);
        expect(queue.length).toBe(0);
      }),
    );
  });

  it('takes linear time for one long message in chunks of one byte', () => {
    assertLinear(
      (size) => Buffer.alloc(size),
      (bytes) => {
        const queue = new ByteQueue();
        for (let at = 0; at < bytes.length; at += 1) {
          queue.push(bytes.subarray(at, at + 1));
          queue.peek(5);
          queue.take(bytes.length);
        }
      },
      { largest: 128_000 },
    );
  });
});
