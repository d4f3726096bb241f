import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WasmSandbox } from '../../src/sandbox/wasm/wasm.sandbox.ts';
import { runIn } from './sandbox.contract.ts';

const programs = join(import.meta.dirname, 'programs');
const names = await readdir(programs);

/** What Node itself prints, without an environment that could change it. */
async function runInNode(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(programs, name)], { env: {}, cwd: '/' });
  return stdout;
}

describe('a program prints in the sandbox what it prints in Node', () => {
  const sandbox = new WasmSandbox();
  afterAll(() => sandbox[Symbol.asyncDispose]());

  it.each(names)('%s', async (name) => {
    const source = await readFile(join(programs, name), 'utf8');
    const [expected, result] = await Promise.all([
      runInNode(name),
      runIn(sandbox, 'javascript', { [name]: source }, { limits: { wallMs: 25_000 } }),
    ]);
    expect(expected.split('\n').length).toBeGreaterThan(40);
    expect(result.stdout.split('\n')).toEqual(expected.split('\n'));
    expect(result).toMatchObject({ outcome: 'SUCCEEDED', stderr: '' });
  });
});
