import { loadTemplates } from '@vibecode/ai-generation/templates/template.files';
import { WasmSandbox } from '@vibecode/code-executor/sandbox/wasm/wasm.sandbox';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { expectAnswers, expectSuccess } from './support/template.checks.ts';
import { createProject, readToEnd, runStatements } from './support/template.runner.ts';
import { runInWebAssembly } from './support/template.sandbox.ts';

const templates = await loadTemplates();
const inWebAssembly = templates.filter(({ needs }) => needs.length === 0);
const onThisRuntime = templates.filter(({ runtime }) => runtime !== null);
const servers = onThisRuntime.filter(({ check }) => check.http.length > 0);
const databases = templates.filter(({ language }) => language === 'sql');

describe('the templates', () => {
  it('are enough, and most need nothing but the WebAssembly sandbox', () => {
    expect(templates.length).toBeGreaterThanOrEqual(60);
    expect(inWebAssembly.length).toBeGreaterThanOrEqual(28);
    for (const language of ['javascript', 'typescript', 'python'])
      expect(templates.filter((template) => template.language === language).length).toBeGreaterThanOrEqual(8);
    for (const language of ['go', 'html', 'sql'])
      expect(templates.filter((template) => template.language === language).length).toBeGreaterThanOrEqual(4);
  });
});

describe('a template runs with its real runtime', () => {
  const programs = onThisRuntime.filter((template) => !servers.includes(template));
  it.each(programs.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    const { check, entrypoint, files } = template;
    await using project = await createProject(files);
    expectSuccess(await readToEnd(project.start(entrypoint, check.args), check.stdin), check.stdout);
    if (check.args.length > 0 || check.stdin !== '')
      expectSuccess(await readToEnd(project.start(entrypoint), ''), '\\S');
  });

  it.each(servers.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    await using project = await createProject(template.files);
    await expectAnswers(project.start(template.entrypoint), template.check.http);
  });
});

describe('a template runs in PostgreSQL', () => {
  it.each(databases.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    await using database = await startTestDatabase();
    expect(await runStatements(database.url, template)).toMatch(new RegExp(template.check.stdout));
  });
});

describe('a template runs in WebAssembly', () => {
  const sandbox = new WasmSandbox();
  afterAll(() => sandbox[Symbol.asyncDispose]());

  it.each(inWebAssembly.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    const { runtime } = template;
    expectSuccess(
      await runInWebAssembly(sandbox, { ...template, runtime: runtime! }, template.check),
      template.check.stdout,
    );
  });
});
