import { createLog } from '@vibecode/platform/log';
import { DockerSandbox } from '../../src/sandbox/docker/docker.sandbox.ts';
import { describeSandbox, runIn } from './sandbox.contract.ts';

const image = 'vibecode/runtime:local';

const log = createLog({ service: 'test', level: 'silent' });

describeSandbox('docker (runc)', () => DockerSandbox.open({ image, ociRuntime: 'runc', log }));

describe('docker sandbox', () => {
  it('has no network, no other user and nothing to write to', async () => {
    await using sandbox = await DockerSandbox.open({ image, ociRuntime: 'runc', log });
    const source = `import os, socket
print(os.getuid())
for attempt in (lambda: socket.create_connection(('1.1.1.1', 80), 1), lambda: open('/etc/x', 'w'), lambda: os.setuid(0)):
    try:
        attempt()
        print('reached')
    except OSError:
        print('refused')`;
    expect(await runIn(sandbox, 'python', { 'main.py': source })).toMatchObject({
      stdout: '65534\nrefused\nrefused\nrefused\n',
    });
  });

  it('tells a signal from an exit code', async () => {
    await using sandbox = await DockerSandbox.open({ image, ociRuntime: 'runc', log });
    expect(await runIn(sandbox, 'javascript', { 'main.js': 'process.abort()' })).toMatchObject({
      outcome: 'SIGNALLED',
      signal: 'SIGABRT',
      exitCode: null,
    });
  });

  it('says what to do when the image is missing', async () => {
    await expect(DockerSandbox.open({ image: 'vibecode/none:none', log })).rejects.toThrow('SANDBOX_IMAGE');
  });
});
