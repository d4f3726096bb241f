import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { loadTemplates } from '@vibecode/ai-generation/templates/template.files';
import { WasmSandbox } from '@vibecode/code-executor/sandbox/wasm/wasm.sandbox';
import { createProject, type ProgramRun, readToEnd, readUrl } from './support/template.runner.ts';
import { runInWebAssembly } from './support/template.sandbox.ts';

const templates = await loadTemplates();
const inWebAssembly = templates.filter(({ needs }) => needs.length === 0);
const servers = templates.filter(({ check }) => check.http.length > 0);

function expectSuccess({ exitCode, stdout, stderr }: ProgramRun, pattern: string): void {
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(pattern));
}

/** Unlike fetch, sends a path as it is written, and follows no redirect. */
async function ask(url: string, { method, path, json }: { method: string; path: string; json?: unknown }) {
  const body = json === undefined ? '' : JSON.stringify(json);
  const headers = json === undefined ? {} : { 'content-type': 'application/json' };
  const asking = request(new URL(url), { method, path, headers, agent: false });
  asking.end(body);
  const [answer] = await once(asking, 'response');
  return { status: answer.statusCode, body: await text(answer) };
}

describe('the templates', () => {
  it('are enough, and most need nothing but the WebAssembly sandbox', () => {
    expect(templates.length).toBeGreaterThanOrEqual(28);
    expect(inWebAssembly.length).toBeGreaterThanOrEqual(18);
    for (const language of ['javascript', 'typescript', 'python'])
      expect(templates.filter((template) => template.language === language).length).toBeGreaterThanOrEqual(8);
  });
});

describe('a template runs with its real runtime', () => {
  const programs = templates.filter((template) => !servers.includes(template));
  it.each(programs.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    const { check, entrypoint, files } = template;
    await using project = await createProject(files);
    expectSuccess(await readToEnd(project.start(entrypoint, check.args), check.stdin), check.stdout);
    if (check.args.length > 0 || check.stdin !== '')
      expectSuccess(await readToEnd(project.start(entrypoint), ''), '\\S');
  });

  it.each(servers.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    await using project = await createProject(template.files);
    const server = project.start(template.entrypoint);
    const ended = once(server, 'close');
    try {
      const url = await readUrl(server);
      for (const { status, body, ...asked } of template.check.http) {
        const answer = await ask(url.replace('localhost', '127.0.0.1'), asked);
        expect({ ...asked, status: answer.status }).toEqual({ ...asked, status });
        expect(answer.body).toMatch(new RegExp(body));
      }
    } finally {
      server.kill('SIGTERM');
      await ended;
    }
  });
});

describe('a template runs in WebAssembly', () => {
  const sandbox = new WasmSandbox();
  afterAll(() => sandbox[Symbol.asyncDispose]());

  it.each(inWebAssembly.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    expectSuccess(await runInWebAssembly(sandbox, template, template.check), template.check.stdout);
  });
});
