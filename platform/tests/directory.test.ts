import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectoryUnusableError, lockDirectory } from '@vibecode/platform/embedded/directory';

const newDirectory = () => mkdtemp(join(tmpdir(), 'vibecode-lock-'));

describe('lockDirectory', () => {
  it('lets one process in at a time', async () => {
    const directory = join(await newDirectory(), 'data');
    {
      await using _first = await lockDirectory(directory);
      await expect(lockDirectory(directory)).rejects.toThrow(DirectoryUnusableError);
    }
    await using _second = await lockDirectory(directory);
  });

  it('takes a directory whose path is too long for a socket', async () => {
    const directory = join(await newDirectory(), 'deep'.repeat(40));
    await using _first = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryUnusableError);
  });

  it.each([
    ['a file', (directory: string) => join(directory, 'file'), 'not a directory'],
    ['below a file', (directory: string) => join(directory, 'file', 'below', 'it'), 'ENOTDIR'],
    ['where the system makes no directories', () => '/proc/vibecode/data', 'ENOENT'],
  ])('says why a directory cannot be: %s', async (_what, toPath, reason) => {
    const directory = await newDirectory();
    await writeFile(join(directory, 'file'), '');
    const refused = lockDirectory(toPath(directory));
    await expect(refused).rejects.toThrow(DirectoryUnusableError);
    await expect(refused).rejects.toThrow(reason);
  });

  it('takes over from a process that was killed', async () => {
    const directory = await newDirectory();
    const script = `require('node:net').createServer().listen(${JSON.stringify(join(directory, 'lock.sock'))}, () => console.log('locked'))`;
    const holder = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    await expect(lockDirectory(directory)).rejects.toThrow(DirectoryUnusableError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await using _taken = await lockDirectory(directory);
  });
});

describe('lockDirectory, towards other accounts', () => {
  const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8);

  it('closes what an earlier version left open', async () => {
    const directory = join(await newDirectory(), 'data');
    await mkdir(join(directory, 'dead-letters'), { recursive: true });
    await writeFile(join(directory, 'dead-letters', 'a.dlq.jsonl'), '');
    await writeFile(join(directory, 'vibecode.log'), '');
    await chmod(join(directory, 'vibecode.log'), 0o666);
    await using _lock = await lockDirectory(directory);
    expect(await modeOf(directory)).toBe('700');
    expect(await modeOf(join(directory, 'dead-letters'))).toBe('700');
    expect(await modeOf(join(directory, 'dead-letters', 'a.dlq.jsonl'))).toBe('600');
    expect(await modeOf(join(directory, 'vibecode.log'))).toBe('600');
  });

  it('leaves a directory of other things as it is', async () => {
    const directory = await newDirectory();
    await chmod(directory, 0o755);
    await writeFile(join(directory, 'letter.txt'), '');
    await chmod(join(directory, 'letter.txt'), 0o644);
    await using _lock = await lockDirectory(directory);
    expect(await modeOf(directory)).toBe('755');
    expect(await modeOf(join(directory, 'letter.txt'))).toBe('644');
    expect(await modeOf(join(directory, 'lock.sock'))).toBe('600');
  });
});
