import { createSocket } from 'node:dgram';
import { once } from 'node:events';

type DnsRecord =
  | { readonly type: 'A'; readonly address: string }
  | { readonly type: 'SRV'; readonly priority: number; readonly port: number; readonly target: string };

const TYPES = { A: 1, SRV: 33 } as const;

export interface DnsServer extends AsyncDisposable {
  /** `127.0.0.1:53053` */
  readonly address: string;
  /** What it answers, by name. A name that is not there does not exist. */
  readonly records: Map<string, readonly DnsRecord[]>;
}

/** A name server that answers over UDP (RFC 1035, RFC 2782), without compression and for single questions. */
export async function startDnsServer(): Promise<DnsServer> {
  const records: DnsServer['records'] = new Map();
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const { name, type, end } = readQuestion(query);
    const known = records.get(name);
    const answers = (known ?? []).filter((record) => TYPES[record.type] === type).map(toResource);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(known ? 0x8580 : 0x8583, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    header.writeUInt32BE(0, 8);
    socket.send(Buffer.concat([header, query.subarray(12, end), ...answers]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    records,
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function toResource(record: DnsRecord): Buffer {
  const data = record.type === 'A' ? Buffer.from(record.address.split('.').map(Number)) : toService(record);
  const head = Buffer.alloc(12);
  // The question's name, where it stands in every message.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(TYPES[record.type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function toService({ priority, port, target }: Extract<DnsRecord, { type: 'SRV' }>): Buffer {
  const numbers = Buffer.alloc(6);
  numbers.writeUInt16BE(priority, 0);
  numbers.writeUInt16BE(port, 4);
  const labels = target
    .split('.')
    .map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([numbers, ...labels, Buffer.from([0])]);
}
