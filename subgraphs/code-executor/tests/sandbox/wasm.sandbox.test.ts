import { WasmSandbox } from '../../src/sandbox/wasm/wasm.sandbox.ts';
import { describeSandbox, runIn } from './sandbox.contract.ts';

describeSandbox('wasm', async () => new WasmSandbox());

describe('wasm sandbox', () => {
  const sandbox = new WasmSandbox();
  afterAll(() => sandbox[Symbol.asyncDispose]());
  const js = (source: string) => runIn(sandbox, 'javascript', { 'main.js': source });
  const python = (source: string) => runIn(sandbox, 'python', { 'main.py': source });

  it('gives JavaScript nothing of the host, whichever way it reaches', async () => {
    const { stdout } = await js(`
      const seen = [];
      const attempt = (name, run) => { try { seen.push(name + ':' + typeof run()); } catch { seen.push(name + ':thrown'); } };
      attempt('constructor', () => console.log.constructor('return process')().binding);
      attempt('global', () => Function('return this')().process.mainModule);
      attempt('host', () => globalThis.__host);
      attempt('native', () => require('child_process'));
      attempt('worker', () => require('node:worker_threads'));
      attempt('network', () => require('net'));
      attempt('passwd', () => require('fs').readFileSync('/etc/passwd'));
      attempt('builtin', () => process.getBuiltinModule);
      attempt('stack', () => { Error.prepareStackTrace = (_, frames) => frames; return new Error().stack[0].getThis; });
      console.log(seen.join(' '));`);
    expect(stdout).toBe(
      'constructor:undefined global:undefined host:undefined native:thrown worker:thrown network:thrown passwd:thrown builtin:undefined stack:undefined\n',
    );
  });

  it('gives Python nothing of the host, not even through JavaScript', async () => {
    const { stdout, stderr } = await python(`
import sys, os
seen = []
def attempt(name, run):
    try:
        seen.append(name + ':' + str(run()))
    except BaseException as error:
        seen.append(name + ':' + type(error).__name__)
attempt('js', lambda: __import__('js'))
attempt('pyodide_js', lambda: __import__('pyodide_js'))
sys.meta_path.clear()
attempt('passwd', lambda: open('/etc/passwd').read())
attempt('process', lambda: __import__('subprocess').run(['ls']))
attempt('network', lambda: __import__('socket').create_connection(('127.0.0.1', 80), 1))
import gc
proxies = [found for found in gc.get_objects() if type(found).__name__ == 'JsProxy']
def reach(code):
    for proxy in proxies:
        try:
            return proxy.constructor.constructor(code)()
        except AttributeError:
            pass
    return 'none'
attempt('realm', lambda: reach('return typeof process + typeof require + typeof fetch'))
print(' '.join(seen))
`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(
      /^js:ModuleNotFoundError pyodide_js:ModuleNotFoundError passwd:FileNotFoundError process:\w+ network:\w+ realm:(none|undefinedundefinedundefined)\n$/,
    );
  });

  it('survives deep recursion and source that nests too deep', async () => {
    const recursion = await js(
      'function f() { return f() + 1 } try { f() } catch (error) { console.log(error.message) }',
    );
    expect(recursion).toMatchObject({ outcome: 'SUCCEEDED', stdout: 'stack overflow\n' });
    expect(await js('('.repeat(100_000))).toMatchObject({ outcome: 'FAILED' });
  });

  it('runs what people write for Node: modules, timers, lines of input, files', async () => {
    const files = {
      'main.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import path from 'path';
import { createInterface } from 'node:readline/promises';
import { type Shape, area } from './shape.js';
import { Unused } from './types';
import words, { count } from './words.cjs';
import settings from './settings.json';
const square: Shape = { side: 3 };
const none: Unused | null = null;
writeFileSync('/tmp/a.txt', String(area(square)));
console.log(readFileSync('/tmp/a.txt', 'utf8'), path.extname('a.b'), words.count === count, settings.on, none);
const lines = createInterface({ input: process.stdin });
console.log(await lines.question(''));
for await (const line of lines) console.log(line);
setTimeout(() => console.log('timer'), 5);
process.nextTick(() => console.log('tick'));
console.log({ a: [1, { b: new Map([['k', 1]]) }], s: 'x' });`,
      'shape.ts':
        'export interface Shape { side: number }\nexport function area({ side }: Shape): number { return side ** 2 }',
      'types.ts': 'export interface Unused { x: number }',
      'words.cjs': 'exports.count = 2;',
      'settings.json': '{"on":true}',
    };
    expect(await runIn(sandbox, 'typescript', files, { stdin: 'one\ntwo\nthree\n' })).toMatchObject({
      stderr: '',
      stdout: "9 .b true true null\none\ntwo\nthree\n{ a: [ 1, { b: [Map] } ], s: 'x' }\ntick\ntimer\n",
    });
  });

  it('knows that memory is out also where files fill it, or a timer', async () => {
    const fill = `const fs = require('node:fs'); let i = 0; for (;;) fs.writeFileSync('f' + i++, 'x'.repeat(1e6));`;
    for (const source of [fill, `setTimeout(() => { ${fill} }, 1);`])
      expect(await js(source)).toMatchObject({ outcome: 'OUT_OF_MEMORY', exitCode: null });
  });

  it('runs asyncio', async () => {
    const source =
      'import asyncio\nasync def main():\n    await asyncio.sleep(0.01)\n    return 5\nprint(asyncio.run(main()))';
    expect(await python(source)).toMatchObject({ outcome: 'SUCCEEDED', stdout: '5\n' });
  });
});
