import { setTimeout as sleep } from 'node:timers/promises';
import {
  newQuickJSWASMModule,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import type { ProgramEnd } from '../run.supervisor.ts';
import { defaultLimits, type OutputStream, type Program, workDirectory } from '../sandbox.ts';
import { builtinNames, readGuestModule, toGuestId } from './guest.modules.ts';
import { createResolver } from './module.resolver.ts';
import { type ModuleSource, toCommonJsFacade, toModuleSource } from './module.source.ts';
import { OutputBuffer } from './output.buffer.ts';
import { createHostFunctions } from './quickjs.host.ts';
import { isTrap, WasmMemory } from './webassembly.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Deeper recursion throws in the guest before the thread's own stack ends. */
const stackBytes = 512 * 1024;
const pageBytes = 64 * 1024;
const initialPages = 256;
/** Memory grows in steps: with less than one step left there is none. */
const FULL = 0.9;
const OUT_OF_MEMORY = 'InternalError: out of memory\n';

/** Stands for a module that was not found: an error out of the resolver itself would leave the import pending for ever. */
const missingPrefix = 'missing:';

/** Loads QuickJS and the guest's modules; the function it resolves to runs one program, once. */
export async function createQuickJsRun(
  send: (stream: OutputStream, bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<(program: Program) => Promise<ProgramEnd>> {
  // The engine's own accounting does not see every allocation; the memory it has cannot grow past its maximum.
  const wasmMemory = new WasmMemory({ initial: initialPages, maximum: defaultLimits.memoryBytes / pageBytes });
  const quickjs = await newQuickJSWASMModule(newVariant(RELEASE_SYNC, { wasmMemory }));
  const runtime = quickjs.newRuntime();
  const context = runtime.newContext();
  const output = new OutputBuffer(send);
  const files = new Map<string, Uint8Array>();
  const sources = new Map<string, ModuleSource>();
  const resolve = createResolver(files, builtinNames);
  let exitCode: number | null = null;

  const getSource = (path: string): ModuleSource => {
    let source = sources.get(path);
    if (!source) {
      source = toModuleSource(path, decoder.decode(files.get(path)), files);
      sources.set(path, source);
    }
    return source;
  };

  /** QuickJS says of a missing module only which name it lacks; this says it as Node does, before anything runs. */
  const checkImports = (path: string, seen: Set<string>): void => {
    if (seen.has(path) || path.endsWith('.json')) return;
    seen.add(path);
    for (const specifier of getSource(path).imports) {
      const resolution = resolve(specifier, path);
      if (resolution.kind === 'missing') throw new Error(resolution.message);
      if (resolution.kind === 'file') checkImports(resolution.id, seen);
    }
  };

  runtime.setMaxStackSize(stackBytes);
  // Called every few thousand instructions; true ends the program, and no `catch` of its own holds that up.
  runtime.setInterruptHandler(() => {
    output.flushIfDue();
    return exitCode !== null;
  });
  runtime.setModuleLoader(
    (id) => {
      if (/^(internal|node):/.test(id)) return readGuestModule(id);
      if (id.startsWith(missingPrefix))
        return `throw Object.assign(new Error(${id.slice(missingPrefix.length)}), { code: 'ERR_MODULE_NOT_FOUND' });`;
      if (id.endsWith('.json')) return `export default ${JSON.stringify(JSON.parse(decoder.decode(files.get(id))))};`;
      const source = getSource(id);
      return source.format === 'module' ? source.code : toCommonJsFacade(id, source.code);
    },
    (from, specifier) => {
      if (/^(internal|node):/.test(from) && specifier.startsWith('./')) return toGuestId(specifier);
      if (specifier.startsWith('internal:')) return specifier;
      const resolution = resolve(specifier, from.startsWith('/') ? from : `${workDirectory}/program`);
      return resolution.kind === 'missing' ? missingPrefix + JSON.stringify(resolution.message) : resolution.id;
    },
  );

  let imports = 0;
  const importNow = (id: string): QuickJSHandle => {
    const result = context.evalCode(
      `import * as namespace from ${JSON.stringify(id)};\nexport { namespace };`,
      `internal:import-${++imports}`,
      { type: 'module' },
    );
    using exported = context.unwrapResult(result);
    return context.getProp(exported, 'namespace');
  };

  using host = createHostFunctions(context, {
    write: (stream, bytes) => output.write(stream, bytes),
    exit: (code) => {
      exitCode ??= code;
    },
    resolve,
    importNow,
    readCommonJs: (path) => {
      if (path.endsWith('.json'))
        return `module.exports = ${JSON.stringify(JSON.parse(decoder.decode(files.get(path))))};`;
      const source = getSource(path);
      return source.format === 'module' ? null : source.code;
    },
    memoryBytes: () => wasmMemory.buffer.byteLength,
  });
  context.setProp(context.global, '__host', host);
  const guest = importNow('internal:bootstrap');
  context.unwrapResult(context.evalCode('delete globalThis.__host;')).dispose();

  let outOfMemory = false;
  /** Calls a function of bootstrap.ts; null when that ended the program. */
  const call = (name: string, ...parameters: QuickJSHandle[]): QuickJSHandle | null => {
    using run = context.getProp(guest, name);
    const result = context.callFunction(run, context.undefined, ...parameters);
    if (!result.error) return result.value;
    onError(result.error, name !== 'reportUncaught');
    return null;
  };
  const onError = (error: QuickJSHandle, report: boolean): void => {
    if (exitCode === null) {
      const thrown = toThrown(context, error);
      if (thrown === null || /^InternalError: out of memory/.test(thrown)) {
        outOfMemory = true;
        exitCode = 1;
        output.write('STDERR', encoder.encode(OUT_OF_MEMORY));
      } else if (report) {
        call('reportUncaught', error)?.dispose();
      } else {
        exitCode = 1;
        output.write('STDERR', encoder.encode(`${thrown}\n`));
      }
    }
    error.dispose();
  };
  /** Runs all promise jobs and ticks, until none is left or the program has ended. */
  const drain = (): void => {
    while (exitCode === null) {
      call('runTicks')?.dispose();
      if (exitCode !== null || !runtime.hasPendingJob()) return;
      const result = runtime.executePendingJobs(1);
      if (result.error) onError(result.error, true);
      else result.dispose();
    }
  };

  return async (program) => {
    output.limit(program.limits.outputBytes + 1);
    runtime.setMemoryLimit(program.limits.memoryBytes);
    for (const file of program.files) {
      const path = `${workDirectory}/${file.path}`;
      files.set(path, file.content);
      using name = context.newString(path);
      using content = context.newArrayBuffer(new Uint8Array(file.content).buffer);
      call('addFile', name, content)?.dispose();
    }
    const entry = `${workDirectory}/${program.entrypoint}`;
    try {
      const { format } = entry.endsWith('.json') ? { format: 'commonjs' } : getSource(entry);
      if (format === 'module') checkImports(entry, new Set());
      using start = context.newString(JSON.stringify({ entry, args: program.args, stdin: program.stdin, format }));
      call('start', start)?.dispose();
      drain();
      while (exitCode === null) {
        using delay = call('nextDelayMs');
        const delayMs = delay ? context.getNumber(delay) : -1;
        if (delayMs < 0) break;
        output.flush();
        if (delayMs > 0) await sleep(delayMs);
        call('runTimer')?.dispose();
        drain();
      }
      if (exitCode === null) {
        using code = call('finish');
        exitCode ??= code ? context.getNumber(code) : 1;
      }
    } catch (error) {
      // Where the engine does not look for it, an allocation that fails ends in a trap.
      outOfMemory = isTrap(error) && wasmMemory.buffer.byteLength > FULL * program.limits.memoryBytes;
      output.write('STDERR', encoder.encode(outOfMemory ? OUT_OF_MEMORY : `${String(error)}\n    at ${entry}\n`));
      exitCode = 1;
    }
    output.flush();
    return {
      exitCode: outOfMemory ? null : exitCode,
      signal: null,
      outOfMemory,
      memoryPeakBytes: wasmMemory.buffer.byteLength,
    };
  };
}

/** `Name: message` of what was thrown; null when there was no memory left even for that. */
function toThrown(context: QuickJSContext, error: QuickJSHandle): string | null {
  const thrown: unknown = context.dump(error);
  if (thrown === null || typeof thrown !== 'object') return thrown === null ? null : String(thrown);
  const { name, message } = thrown as { name?: unknown; message?: unknown };
  return `${String(name)}: ${String(message)}`;
}
