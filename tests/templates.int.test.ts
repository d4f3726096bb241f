import { loadTemplates } from '@vibecode/ai-generation/templates/template.files';
import { createTestDatabase } from '@vibecode/platform/testing/database';
import { expectAnswers, expectSuccess } from './support/template.checks.ts';
import { createProject, readToEnd, runStatements } from './support/template.runner.ts';

const templates = await loadTemplates();
const programs = templates.filter(({ language }) => language === 'go');
const databases = templates.filter(({ language }) => language === 'sql');

// Whoever has no Go says so: a toolchain that is missing by accident fails.
if (!process.env.WITHOUT_GO) {
  describe('a template passes the Go toolchain (https://go.dev/dl has it)', () => {
    it.each(programs.map((template) => [template.slug, template] as const))(
      '%s',
      async (_, { files, check }) => {
        await using project = await createProject(files);
        expectSuccess(await readToEnd(project.startGo('vet', './...'), ''), '');
        expectSuccess(await readToEnd(project.startGo('test', './...'), ''), '^ok');
        expectSuccess(await readToEnd(project.startGo('build', '-o', 'program', '.'), ''), '');
        const program = project.startProgram('./program', check.args);
        if (check.http.length > 0) await expectAnswers(program, check.http);
        else expectSuccess(await readToEnd(program, check.stdin), check.stdout);
      },
      240_000,
    );
  });
}

describe('a template runs on a PostgreSQL server', () => {
  it.each(databases.map((template) => [template.slug, template] as const))('%s', async (_, template) => {
    await using database = await createTestDatabase();
    expect(await runStatements(database.url, template)).toMatch(new RegExp(template.check.stdout));
  });
});
