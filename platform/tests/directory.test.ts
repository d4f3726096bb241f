import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryInUseError, lockDirectory } from '@vibecode/platform/embedded/directory';

const newDirectory = () => mkdtemp(join(tmpdir(), 'vibecode-lock-'));

describe('lockDirectory', () => {
  it('lets one process in at a time', async () => {
    const directory = join(await newDirectory(), 'data');
    {
      await using _first = await lockDirectory(directory);
      await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUseError);
    }
    await using _second = await lockDirectory(directory);
  });

  it('takes a directory whose path is too long for a socket', async () => {
    const directory = join(await newDirectory(), 'deep'.repeat(40));
    await using _first = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUseError);
  });

  it('takes over from a process that was killed', async () => {
    const directory = await newDirectory();
    const script = `require('node:net').createServer().listen(${JSON.stringify(join(directory, 'lock.sock'))}, () => console.log('locked'))`;
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUseError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await using _taken = await lockDirectory(directory);
  });
});
