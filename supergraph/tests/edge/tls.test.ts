// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the configuration file look like this
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { pino } from 'pino';
import { FEDERATION } from '../support/test.graph.ts';
import { startEdgeGraph } from './edge.fixture.ts';

const certificates = join(import.meta.dirname, '..', 'fixtures', 'tls');
const greeter = {
  name: 'greeter',
  sdl: `${FEDERATION}\ntype Query { hello: String }`,
  resolvers: { Query: { hello: () => 'hi' } },
};

async function nameOf(port: number, options: object = {}) {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
  await once(socket, 'secureConnect');
  const name = { subject: socket.getPeerCertificate().subject.CN, protocol: socket.getProtocol() };
  socket.destroy();
  return name;
}

describe('TLS', () => {
  it('is 1.3 alone, and takes over new certificates on open connections’ behalf', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tls-'));
    await using _folder = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
    const install = (name: string) =>
      Promise.all(
        ['cert', 'key'].map((part) => copyFile(join(certificates, `${name}.${part}.pem`), join(folder, `${part}.pem`))),
      );
    await install('first');
    const lines: string[] = [];
    let heard: () => unknown = () => null;
    const log = pino(
      {},
      {
        write(line: string) {
          lines.push(line);
          heard();
        },
      },
    );
    const reloaded = new Promise<void>((resolve) => {
      heard = () => lines.some((line) => line.includes('config.reloaded')) && resolve();
    });
    const config = `tls:\n  supergraph:\n    certificate: \${file.${folder}/cert.pem}\n    certificate_chain: ''\n    key: \${file.${folder}/key.pem}\n`;
    await using graph = await startEdgeGraph(config, [greeter], { log });
    const port = Number(new URL(graph.url).port);
    expect(graph.url).toMatch(/^https:/);
    expect(await nameOf(port)).toEqual({ subject: 'first.test', protocol: 'TLSv1.3' });
    await expect(nameOf(port, { maxVersion: 'TLSv1.2' })).rejects.toThrow();

    const ca = await readFile(join(certificates, 'first.cert.pem'));
    const asked = request(graph.url, { method: 'POST', ca, headers: { 'content-type': 'application/json' } }).end(
      '{"query":"{ hello }"}',
    );
    const [answer] = await once(asked, 'response');
    expect(await text(answer)).toBe('{"data":{"hello":"hi"}}');

    await install('second');
    await writeFile(join(folder, 'touch'), '');
    await reloaded;
    expect(await nameOf(port)).toEqual({ subject: 'second.test', protocol: 'TLSv1.3' });
  });
});
