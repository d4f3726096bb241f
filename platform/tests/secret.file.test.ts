import { chmod, mkdtemp, readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureSecretFile, readSecretFile } from '@vibecode/platform/secret.file';

const newDirectory = () => mkdtemp(join(tmpdir(), 'vibecode-secret-'));

describe('ensureSecretFile', () => {
  it('makes one secret, however many ask at once', async () => {
    const directory = await newDirectory();
    const path = join(directory, 'keys', 'secret');
    let made = 0;
    const secrets = await Promise.all(
      Array.from({ length: 8 }, () => ensureSecretFile(path, () => `secret ${++made}`)),
    );
    expect(new Set(secrets).size).toBe(1);
    expect(await ensureSecretFile(path, () => 'another')).toBe(secrets[0]);
    expect(await readdir(join(directory, 'keys'))).toEqual(['secret']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, 'keys'))).mode & 0o777).toBe(0o700);
  });

  it('closes a file that others could read', async () => {
    const path = join(await newDirectory(), 'secret');
    await ensureSecretFile(path, () => 'secret');
    await chmod(path, 0o644);
    expect(await readSecretFile(path)).toBe('secret');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('knows of none where none was made', async () => {
    expect(await readSecretFile(join(await newDirectory(), 'secret'))).toBeNull();
  });
});
