import * as fc from '@vibecode/platform/testing/property';
import { type ErrorFields, ErrorResponses } from '../../src/embedded/error.responses.ts';

function toMessage(type: string, body: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

const toError = (code: string, text: string) => toMessage('E', Buffer.from(`SERROR\0VERROR\0C${code}\0M${text}\0\0`));

/** Messages that are not errors, with bytes of any kind in them. */
const other = fc
  .tuple(fc.constantFrom('D', 'T', 'C', 'Z', '1'), fc.uint8Array({ maxLength: 40 }))
  .map(([type, body]) => toMessage(type, Buffer.from(body)));
const failure = fc.constantFrom('25006', '23505').map((code) => toError(code, `failed with ${code}`));

describe('ErrorResponses', () => {
  it('replaces errors, and leaves the rest as it is, however the stream is cut', () => {
    const parts = fc.array(fc.oneof(other, failure), { maxLength: 12 });
    const cuts = fc.array(fc.nat(600), { maxLength: 12 });
    fc.assert(
      fc.property(parts, cuts, (messages, places) => {
        const met: ErrorFields[] = [];
        const responses = new ErrorResponses((fields) => {
          met.push(fields);
          return fields.C === '25006' ? { ...fields, C: '53100', M: 'full' } : fields;
        });
        const stream = Buffer.concat(messages);
        const ends = [...places.filter((place) => place < stream.length).sort((a, b) => a - b), stream.length];
        let start = 0;
        const sent = ends.map((end) => {
          const chunk = stream.subarray(start, end);
          start = end;
          return responses.push(chunk);
        });
        const refused = toError('25006', 'failed with 25006');
        const expected = messages.map((message) => (message.equals(refused) ? toError('53100', 'full') : message));
        expect(Buffer.concat(sent)).toEqual(Buffer.concat(expected));
        expect(met).toHaveLength(messages.filter((message) => message[0] === 'E'.charCodeAt(0)).length);
      }),
      { numRuns: 300 },
    );
  });
});
