// Measures the cost of loading and running a JavaScript program in the WebAssembly sandbox, for docs/decisions/0014.
//   node scripts/sandbox-start.ts [--runs N]     after `npm run build`; measures CPU time, which other load hardly affects
import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS, type Program } from '@vibecode/code-executor/sandbox/sandbox';
import { createQuickJsRun } from '@vibecode/code-executor/sandbox/wasm/quickjs.run';
import { WasmSandbox } from '@vibecode/code-executor/sandbox/wasm/wasm.sandbox';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '20' } } });
const runs = Number(values.runs);
const AT_ONCE = 2;

const programs = {
  'hello world': "console.log('hello')",
  'an object': "console.log({ hello: 'world' })",
  'an assertion that fails': "try { require('assert').deepStrictEqual({ a: 1 }, { a: 2 }) } catch {}",
  'a Buffer': "Buffer.from('hello').toString('base64')",
};

function toProgram(source: string): Program {
  const file = { path: 'main.cjs', content: new TextEncoder().encode(source) };
  return { runtime: 'javascript', files: [file], entrypoint: 'main.cjs', args: [], stdin: '', limits: DEFAULT_LIMITS };
}

async function measureCpuMs<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const before = process.threadCpuUsage();
  const result = await work();
  const { user, system } = process.threadCpuUsage(before);
  return { result, ms: (user + system) / 1_000 };
}

const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;

for (const [name, source] of Object.entries(programs)) {
  const loads: number[] = [];
  const ran: number[] = [];
  let memoryBytes = 0;
  for (let run = 0; run <= runs; run += 1) {
    const loaded = await measureCpuMs(() => createQuickJsRun(() => undefined));
    const { result, ms } = await measureCpuMs(() => loaded.result(toProgram(source)));
    memoryBytes = result.memoryPeakBytes ?? 0;
    // The first run compiles the engine.
    if (run > 0) {
      loads.push(loaded.ms);
      ran.push(ms);
    }
  }
  const [load, run] = [mean(loads).toFixed(1), mean(ran).toFixed(1)];
  process.stdout.write(`${name.padEnd(24)} load ${load} ms, run ${run} ms of CPU, ${memoryBytes / 2 ** 20} MiB\n`);
}

await using sandbox = new WasmSandbox();
const wallMs: number[] = [];
const waiting = Array.from({ length: 2 * runs })[Symbol.iterator]();
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (const _ of waiting) {
      const started = performance.now();
      await sandbox.run(toProgram(programs['hello world']), () => undefined, new AbortController().signal);
      wallMs.push(performance.now() - started);
    }
  }),
);
wallMs.sort((left, right) => left - right);
const p95 = wallMs[Math.floor(wallMs.length * 0.95)]?.toFixed(0);
process.stdout.write(`hello world, ${AT_ONCE} at once: p95 ${p95} ms of wall clock, interpreter included\n`);
