import { DEFAULT_LIMITS, type OutputChunk, type Sandbox, type SandboxLimits } from '../../src/sandbox/sandbox.ts';

interface RunOptions {
  readonly args?: string[];
  readonly stdin?: string;
  readonly limits?: Partial<SandboxLimits>;
  readonly signal?: AbortSignal;
  readonly onOutput?: (chunk: OutputChunk) => void;
}

/** Runs a program and gathers its output. */
export async function runIn(
  sandbox: Sandbox,
  runtime: string,
  files: Readonly<Record<string, string>>,
  { args = [], stdin = '', limits, signal = new AbortController().signal, onOutput }: RunOptions = {},
) {
  const text = { STDOUT: '', STDERR: '' };
  const result = await sandbox.run(
    {
      runtime,
      files: Object.entries(files).map(([path, content]) => ({ path, content: Buffer.from(content) })),
      entrypoint: Object.keys(files)[0]!,
      args,
      stdin,
      limits: { ...DEFAULT_LIMITS, ...limits },
    },
    (chunk) => {
      text[chunk.stream] += chunk.text;
      onOutput?.(chunk);
    },
    signal,
  );
  return { ...result, stdout: text.STDOUT, stderr: text.STDERR };
}

const endless = { javascript: "console.log('on'); for (;;);", python: "print('on', flush=True)\nwhile True: pass" };
const flood = { javascript: "for (;;) console.log('x'.repeat(99));", python: "while True: print('x' * 99)" };
const hoard = {
  javascript: 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));',
  python: "all = []\nwhile True: all.append(b'x' * 1000000 + bytes(len(all)))",
};
const fileNames = { javascript: 'main.js', python: 'main.py' };

/** What every sandbox promises; see sandbox.ts. */
export function describeSandbox(name: string, open: () => Promise<Sandbox>): void {
  describe(`sandbox contract: ${name}`, () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await open();
    });
    afterAll(() => sandbox[Symbol.asyncDispose]());

    it.each([
      ['javascript', { 'main.js': "console.log('hello, wörld')" }],
      [
        'typescript',
        { 'main.ts': "enum Word { A = 'hello, wörld' }\nconst text: string = Word.A;\nconsole.log(text)" },
      ],
      ['python', { 'main.py': "print('hello, wörld')" }],
    ] as const)('says hello in %s', async (runtime, files) => {
      expect(await runIn(sandbox, runtime, files as Record<string, string>)).toMatchObject({
        outcome: 'SUCCEEDED',
        exitCode: 0,
        signal: null,
        truncated: false,
        stdout: 'hello, wörld\n',
        stderr: '',
      });
    });

    it.each([
      [
        'javascript',
        {
          'main.js':
            "console.log(process.argv.slice(2).join('|'), require('fs').readFileSync(0, 'utf8')); process.exit(3);",
        },
      ],
      ['python', { 'main.py': "import sys\nprint('|'.join(sys.argv[1:]), sys.stdin.read())\nsys.exit(3)" }],
    ] as const)('passes arguments, input and exit code in %s', async (runtime, files) => {
      const result = await runIn(sandbox, runtime, files as Record<string, string>, {
        args: ['a b', "it's"],
        stdin: 'in\nput',
      });
      expect(result).toMatchObject({ outcome: 'FAILED', exitCode: 3, stdout: "a b|it's in\nput\n" });
    });

    it.each([
      [
        'javascript',
        {
          'src/main.js': "const { add } = require('./lib/add'); console.log(add(1, 2));",
          'src/lib/add.js': 'exports.add = (a, b) => a + b;',
        },
      ],
      [
        'javascript',
        {
          'main.mjs': "import { add } from './lib/add.mjs';\nconsole.log(await add(1, 2));",
          'lib/add.mjs': 'export const add = async (a, b) => a + b;',
        },
      ],
      [
        'python',
        {
          'src/main.py': 'from lib.add import add\nprint(add(1, 2))',
          'src/lib/__init__.py': '',
          'src/lib/add.py': 'def add(a, b): return a + b',
        },
      ],
    ] as const)('imports between files in %s', async (runtime, files) => {
      expect(await runIn(sandbox, runtime, files as unknown as Record<string, string>)).toMatchObject({
        outcome: 'SUCCEEDED',
        stdout: '3\n',
      });
    });

    it.each([
      ['javascript', { 'main.js': 'let a = ;' }, 'SyntaxError'],
      ['python', { 'main.py': 'def f(:' }, 'SyntaxError'],
      ['javascript', { 'main.js': "async function main() { throw new TypeError('bad') }\nmain();" }, 'TypeError: bad'],
      ['python', { 'main.py': "raise ValueError('bad')" }, 'ValueError: bad'],
    ] as const)('reports what goes wrong in %s (%j)', async (runtime, files, text) => {
      const result = await runIn(sandbox, runtime, files as Record<string, string>);
      expect(result).toMatchObject({ outcome: 'FAILED', exitCode: 1, stdout: '' });
      expect(result.stderr).toContain(text);
    });

    describe.each(['javascript', 'python'] as const)('holds %s to its limits', (runtime) => {
      const run = (source: string, options?: RunOptions) =>
        runIn(sandbox, runtime, { [fileNames[runtime]]: source }, options);

      it('time', async () => {
        const result = await run(endless[runtime], { limits: { wallMs: 1500 } });
        expect(result).toMatchObject({ outcome: 'TIMED_OUT', exitCode: null, stdout: 'on\n' });
        expect(result.durationMs).toBeLessThan(6_000);
      });

      it('memory', async () => {
        expect(await run(hoard[runtime])).toMatchObject({ outcome: 'OUT_OF_MEMORY', exitCode: null });
      });

      it('output, to the byte', async () => {
        const result = await run(flood[runtime], { limits: { outputBytes: 100_050 } });
        expect(result).toMatchObject({ outcome: 'OUTPUT_LIMIT', truncated: true });
        expect(Buffer.byteLength(result.stdout)).toBe(100_050);
      });

      it('a cancel, at once', async () => {
        const stop = new AbortController();
        const result = await run(endless[runtime], { signal: stop.signal, onOutput: () => stop.abort() });
        expect(result).toMatchObject({ outcome: 'CANCELLED', exitCode: null });
        expect(result.stdout).toMatch(/^on/);
      });
    });
  });
}
