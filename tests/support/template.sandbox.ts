import { DEFAULT_LIMITS } from '@vibecode/code-executor/sandbox/sandbox';
import type { WasmSandbox } from '@vibecode/code-executor/sandbox/wasm/wasm.sandbox';
import type { ProgramRun, TemplateFile } from './template.runner.ts';

/** Runs a project as the product does when it runs embedded. */
export async function runInWebAssembly(
  sandbox: WasmSandbox,
  project: { readonly runtime: string; readonly entrypoint: string; readonly files: readonly TemplateFile[] },
  { args, stdin }: { readonly args: readonly string[]; readonly stdin: string },
): Promise<ProgramRun> {
  const output = { STDOUT: '', STDERR: '' };
  const result = await sandbox.run(
    {
      runtime: project.runtime,
      entrypoint: project.entrypoint,
      files: project.files.map(({ path, content }) => ({ path, content: new TextEncoder().encode(content) })),
      args,
      stdin,
      limits: DEFAULT_LIMITS,
    },
    ({ stream, text }) => {
      output[stream] += text;
    },
    new AbortController().signal,
  );
  const stderr = result.outcome === 'SUCCEEDED' ? output.STDERR : `${output.STDERR}\n${JSON.stringify(result)}`;
  return { exitCode: result.exitCode, stdout: output.STDOUT, stderr };
}
