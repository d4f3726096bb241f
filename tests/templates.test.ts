import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { ParameterizedTemplate } from '@vibecode/ai-generation/templates/template.catalogue';
import { loadTemplates } from '@vibecode/ai-generation/templates/template.files';
import { defaultLimits } from '@vibecode/code-executor/sandbox/sandbox';
import { WasmSandbox } from '@vibecode/code-executor/sandbox/wasm/wasm.sandbox';

const templates = await loadTemplates();
const sandboxed = templates.filter(({ needs }) => needs.length === 0);
const programs = templates.filter(({ needs, check }) => needs.length > 0 && check.http.length === 0);
const servers = templates.filter(({ check }) => check.http.length > 0);
const nodeModules = join(import.meta.dirname, '..', 'node_modules');

describe('the templates that need nothing, in the WebAssembly sandbox', () => {
  const sandbox = new WasmSandbox();
  afterAll(() => sandbox[Symbol.asyncDispose]());

  it.each(sandboxed.map((template) => [template.slug, template] as const))('%s runs', async (_, template) => {
    const { stdout } = template.check;
    expect(await runSandboxed(sandbox, template, template.check)).toEqual(toSuccess(stdout));
  });

  it.each(sandboxed.map((template) => [template.slug, template] as const))(
    '%s shows something without arguments',
    async (_, template) => {
      expect(await runSandboxed(sandbox, template, { args: [], stdin: '' })).toEqual(toSuccess('\\S'));
    },
  );
});

describe('the templates with packages, in Node', () => {
  it.each(programs.map((template) => [template.slug, template] as const))('%s runs', async (_, template) => {
    await using project = await startProject(template);
    const { child } = project;
    child.stdin!.end(template.check.stdin);
    const [stdout, stderr, [exitCode]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'exit'),
    ]);
    expect({ exitCode, stdout, stderr }).toEqual(toSuccess(template.check.stdout));
  });

  it.each(servers.map((template) => [template.slug, template] as const))('%s answers', async (_, template) => {
    await using project = await startProject(template);
    const url = await findUrl(project.child);
    for (const { method, path, json, status, body } of template.check.http) {
      const response = await fetch(new URL(path, url), {
        method,
        ...(json === undefined ? {} : { body: JSON.stringify(json), headers: { 'content-type': 'application/json' } }),
      });
      expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(new RegExp(body))]);
    }
  });
});

describe('the templates together', () => {
  it('are enough, in several languages and frameworks', () => {
    expect(templates.length).toBeGreaterThanOrEqual(26);
    expect(sandboxed.length).toBeGreaterThanOrEqual(18);
    expect(new Set(templates.map(({ language }) => language))).toEqual(new Set(['javascript', 'typescript', 'python']));
    const frameworks = new Set(templates.map(({ framework }) => framework));
    expect([...frameworks]).toEqual(
      expect.arrayContaining(['express', 'fastify', 'hono', 'react', 'preact', 'vue', 'zod']),
    );
    expect(templates.filter(({ files }) => !files.some(({ path }) => path === 'README.md'))).toEqual([]);
  });

  it('greet on the standard output when asked for a greeting in plain JavaScript', async () => {
    await using sandbox = new WasmSandbox();
    const greeting = templates.find(({ slug }) => slug === 'greeting-cli')!;
    expect(await runSandboxed(sandbox, greeting, { args: [], stdin: '' })).toEqual(toSuccess('^Hello, World!\n$'));
  });
});

const toSuccess = (stdout: string) => ({
  exitCode: 0,
  stdout: expect.stringMatching(new RegExp(stdout)),
  stderr: '',
});

async function runSandboxed(
  sandbox: WasmSandbox,
  { runtime, entrypoint, files }: ParameterizedTemplate,
  { args, stdin }: { args: readonly string[]; stdin: string },
) {
  const output = { STDOUT: '', STDERR: '' };
  const result = await sandbox.run(
    {
      runtime,
      entrypoint,
      args,
      stdin,
      files: files.map(({ path, content }) => ({ path, content: Buffer.from(content) })),
      limits: defaultLimits,
    },
    ({ stream, text }) => {
      output[stream] += text;
    },
    AbortSignal.timeout(25_000),
  );
  return { exitCode: result.exitCode, stdout: output.STDOUT, stderr: output.STDERR };
}

/** The project as its user would start it after `npm install`, on a free port. */
async function startProject({ files, entrypoint, check }: ParameterizedTemplate) {
  const root = await mkdtemp(join(tmpdir(), 'template-'));
  for (const { path, content } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  await symlink(nodeModules, join(root, 'node_modules'));
  const child = spawn(process.execPath, ['--no-warnings', entrypoint, ...check.args], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: 'pipe',
  });
  return {
    child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await once(child, 'exit');
      }
      await rm(root, { recursive: true });
    },
  };
}

/** The address that a server prints once it listens. */
async function findUrl(child: ChildProcess): Promise<string> {
  const errors = text(child.stderr!);
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = /https?:\/\/\S+/.exec(line)?.[0];
    if (url) return url;
  }
  throw new Error(`The server ended without printing its address: ${await errors}`);
}
