import { randomBytes } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { ProgramEnd } from '../run.supervisor.ts';
import { FRAME_TYPES, toFrame } from './frames.ts';
import { PYTHON_RUNNER } from './python.runner.ts';
import { scrubGlobals } from './realm.ts';
import { WasmMemory } from './webassembly.ts';

// The process for one Python program. It takes the required functions of Node first and then removes Node's objects from the
// realm, so that Pyodide sees only a JavaScript engine, and a program that reaches JavaScript finds no objects of the host.
const OUTPUT_DESCRIPTOR = 3;
const INDEX_URL = `${process.argv[2]}/`;
const exit = process.exit.bind(process);

const sendFrame = (type: number, payload: Uint8Array): void => {
  const frame = toFrame(type, payload);
  for (let sent = 0; sent < frame.byteLength; ) sent += writeSync(OUTPUT_DESCRIPTOR, frame, sent);
};

interface Job {
  readonly files: readonly { readonly path: string; readonly base64: string }[];
  readonly entrypoint: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly limits: { readonly memoryBytes: number };
}

scrubGlobals();
Object.assign(globalThis, {
  // Functions that Pyodide expects of a JavaScript engine. They are removed below.
  load: () => undefined,
  read: (path: string) => readFileSync(path, 'utf8'),
  readbuffer: (path: string) => new Uint8Array(readFileSync(path)).buffer,
  os: {
    system: (_: string, [, command]: string[]) =>
      randomBytes(Number(/head -c(\d+)/.exec(command!)![1])).toString('base64'),
  },
});

const { loadPyodide } = await import(pathToFileURL(`${INDEX_URL}pyodide.mjs`).href);
const pyodide = await loadPyodide({ indexURL: INDEX_URL, env: { HOME: '/work' } });

for (const name of ['load', 'read', 'readbuffer']) delete (globalThis as Record<string, unknown>)[name];
registerHooks({
  resolve(specifier) {
    throw new Error(`The module '${specifier}' is not available in this sandbox`);
  },
});

const runner = pyodide.runPython(PYTHON_RUNNER, { filename: '<sandbox>' });
let memoryRefused = false;
let memoryLimitBytes = Infinity;
const grow = WasmMemory.prototype.grow;
WasmMemory.prototype.grow = function (pages: number): number {
  if (this.buffer.byteLength + pages * 65536 > memoryLimitBytes) {
    memoryRefused = true;
    throw new RangeError('The memory limit of the sandbox has been reached');
  }
  return grow.call(this, pages);
};

sendFrame(FRAME_TYPES.ready, new Uint8Array(0));
const job: Job = JSON.parse(readFileSync(0, 'utf8'));
memoryLimitBytes = job.limits.memoryBytes;

for (const { path, base64 } of job.files) {
  const target = `/work/${path}`;
  pyodide.FS.mkdirTree(target.slice(0, target.lastIndexOf('/')));
  pyodide.FS.writeFile(
    target,
    Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
  );
}
let stdin: Uint8Array = new TextEncoder().encode(job.stdin);
pyodide.setStdin({
  read(buffer: Uint8Array) {
    const part = stdin.subarray(0, buffer.length);
    buffer.set(part);
    stdin = stdin.subarray(part.length);
    return part.length;
  },
});
const toWriter = (type: number) => ({
  write(buffer: Uint8Array) {
    sendFrame(type, buffer);
    return buffer.length;
  },
});
pyodide.setStdout(toWriter(FRAME_TYPES.stdout));
pyodide.setStderr(toWriter(FRAME_TYPES.stderr));

const end: ProgramEnd = { exitCode: null, signal: null, outOfMemory: false, memoryPeakBytes: null };
try {
  const exitCode: number = await runner.callPromising(job.entrypoint, pyodide.toPy(job.args));
  report({
    ...end,
    exitCode: exitCode === outOfMemoryCode() ? null : exitCode,
    outOfMemory: exitCode === outOfMemoryCode(),
  });
} catch (error) {
  if (memoryRefused) report({ ...end, outOfMemory: true });
  else {
    sendFrame(FRAME_TYPES.stderr, new TextEncoder().encode(`${String(error)}\n`));
    report({ ...end, exitCode: 1 });
  }
}

/** The exit code for a program that ended with a MemoryError. */
function outOfMemoryCode(): number {
  return -1;
}

function report(result: ProgramEnd): never {
  const memoryPeakBytes: number = pyodide._module.HEAPU8.length;
  sendFrame(FRAME_TYPES.end, new TextEncoder().encode(JSON.stringify({ ...result, memoryPeakBytes })));
  return exit(0);
}
