import { Writable } from 'node:stream';
import { createLog, type Logger } from '../src/log.ts';

function startLog(): { readonly log: Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { log: createLog({ service: 'test', destination }), lines };
}

describe('log', () => {
  it('replaces secrets wherever such a name occurs, up to two levels down', () => {
    const { log, lines } = startLog();
    log.info({ token: 'a', request: { authorization: 'b', url: '/', headers: { cookie: 'c', accept: 'd' } } });
    expect(lines[0]).toMatchObject({
      token: '***',
      request: { authorization: '***', url: '/', headers: { cookie: '***', accept: 'd' } },
    });
  });

  it('replaces secrets in what a child adds to every line, and in errors', () => {
    const { log, lines } = startLog();
    log.child({ password: 'a', requestId: '1' }).error({ error: Object.assign(new Error('no'), { secret: 'b' }) });
    expect(lines[0]).toMatchObject({ password: '***', requestId: '1', error: { message: 'no', secret: '***' } });
  });

  it('names the command that Redis refused, without its arguments', () => {
    const { log, lines } = startLog();
    const command = { name: 'hello', args: ['3', 'AUTH', 'ann', 'a password'] };
    log.warn({ error: Object.assign(new Error('WRONGPASS'), { command }) });
    expect(lines[0]).toMatchObject({ error: { message: 'WRONGPASS', command: 'hello' } });
    expect(JSON.stringify(lines)).not.toContain('a password');
  });

  it('leaves the objects that it is given as they are', () => {
    const { log } = startLog();
    const given = { user: { password: 'a' } };
    log.info(given);
    expect(given).toEqual({ user: { password: 'a' } });
  });

  it('writes the fields that are searched by', () => {
    const { log, lines } = startLog();
    log.info({ action: 'test.ran' }, 'It ran.');
    expect(lines[0]).toEqual({
      timestamp: expect.any(String),
      level: 'INFO',
      service: 'test',
      action: 'test.ran',
      message: 'It ran.',
    });
  });
});
