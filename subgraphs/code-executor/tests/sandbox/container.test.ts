import { PassThrough } from 'node:stream';
import { createLog } from '@vibecode/platform/log';
import type Docker from 'dockerode';
import { createContainer } from '../../src/sandbox/docker/container.ts';

/** An engine that starts containers and answers the removal as it is told. */
function createEngine(removal: () => Promise<void>): Docker {
  const container = {
    id: 'c0ffee',
    attach: async () => new PassThrough(),
    start: async () => undefined,
    wait: async () => ({ StatusCode: 137 }),
    remove: removal,
  };
  return { createContainer: async () => container, modem: { demuxStream: () => undefined } } as unknown as Docker;
}

async function killAfter(removal: () => Promise<void>): Promise<object[]> {
  const lines: object[] = [];
  const log = createLog({ service: 'test', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const container = await createContainer(createEngine(removal), { image: 'any', runtime: undefined, log });
  await container.kill();
  return lines;
}

describe('a container that is ended', () => {
  it('and cannot be removed is logged, with what to do about it', async () => {
    const lines = await killAfter(() => Promise.reject(new Error('device or resource busy')));
    expect(lines).toMatchObject([
      {
        level: 'ERROR',
        action: 'sandbox.container-left',
        container: 'c0ffee',
        message: expect.stringContaining("'docker rm --force c0ffee'"),
        error: { message: 'device or resource busy' },
      },
    ]);
  });

  it.each([404, 409])('and is gone already (%s) is not', async (statusCode) => {
    expect(await killAfter(() => Promise.reject(Object.assign(new Error('gone'), { statusCode })))).toEqual([]);
  });
});
