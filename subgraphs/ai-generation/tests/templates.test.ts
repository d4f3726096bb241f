import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import * as fc from '@vibecode/platform/testing/property';
import { fillPlaceholders } from '../src/templates/placeholder.ts';
import { findValue, valueSources } from '../src/templates/prompt.values.ts';
import { instantiateTemplate, TemplateCatalogue } from '../src/templates/template.catalogue.ts';
import { loadTemplates } from '../src/templates/template.files.ts';

const description = {
  title: 'Example',
  description: 'An example',
  language: 'javascript',
  framework: null,
  tags: ['example'],
  runtime: 'javascript',
  entrypoint: 'index.js',
  needs: [],
  parameters: [{ name: 'title', description: 'What it is called', default: 'Example', from: 'title' }],
  check: { stdout: '.' },
};

async function createDirectory(templateJson: unknown, files: Record<string, string> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'templates-'));
  const all = {
    'template.json': typeof templateJson === 'string' ? templateJson : JSON.stringify(templateJson),
    'files/index.js': "console.log('{{title}}');\n",
    ...Object.fromEntries(Object.entries(files).map(([path, content]) => [`files/${path}`, content])),
  };
  for (const [path, content] of Object.entries(all)) {
    const target = join(root, 'example', path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, content);
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) };
}

describe('a template directory', () => {
  it('is loaded with defaults filled in', async () => {
    await using directory = await createDirectory(description);
    const [template] = await loadTemplates(directory.root);
    expect(template).toMatchObject({
      slug: 'example',
      title: 'Example',
      check: { args: [], stdin: '', actions: [], http: [] },
    });
    expect(template!.files).toEqual([{ path: 'index.js', content: "console.log('Example');\n" }]);
  });

  it.each([
    ['is no JSON', '{', {}, 'not JSON'],
    ['lacks a field', { ...description, title: undefined }, {}, 'title: '],
    ['has a field nobody knows', { ...description, titel: 'x' }, {}, 'titel'],
    [
      'has a wrong nested field',
      { ...description, check: { stdout: '(' } },
      {},
      'check.stdout: expected a regular expression',
    ],
    ['starts a file it does not have', { ...description, entrypoint: 'main.js' }, {}, 'there is no files/main.js'],
    [
      'uses an unknown parameter',
      description,
      { 'a.js': "'{{nobody}}'" },
      'files/a.js: {{nobody}} is not among the parameters',
    ],
    [
      'fills a kind of file that cannot be',
      description,
      { 'a.csv': '{{title}}' },
      'files/a.csv: a file of this kind cannot hold {{title}}',
    ],
    [
      'declares a parameter that no file holds',
      { ...description, parameters: [...description.parameters, { name: 'slug', description: 'Slug', default: 'x' }] },
      {},
      'parameters[1].name: no file holds {{slug}}',
    ],
  ])('that %s is refused, naming file and field', async (_, templateJson, files, problem) => {
    await using directory = await createDirectory(templateJson, files);
    const loading = loadTemplates(directory.root);
    await expect(loading).rejects.toMatchObject({
      code: 'GENERATION_TEMPLATE_INVALID',
      details: { file: 'example/template.json' },
    });
    await expect(loading).rejects.toThrow(problem);
  });
});

describe('what a prompt says', () => {
  it.each([
    ['A JavaScript command-line program that prints a greeting', 'Command-line program', 'command-line-program'],
    ['Please build me a todo list with priorities', 'Todo list', 'todo-list'],
    ['Create an Express API called "Bücher & More" for books', 'Bücher & More', 'bucher-more'],
    ['make a project named Starlight that shows stars', 'Starlight', 'starlight'],
    ['write a simple calculator in Python', 'Calculator', 'calculator'],
  ])('%s', (prompt, title, slug) => {
    expect(findValue('title', prompt)).toBe(title);
    expect(findValue('slug', prompt)).toBe(slug);
  });

  it.each([
    ['print "Good morning, Ada!" on start', 'Good morning', 'Ada'],
    ['a program that says hola', 'Hola', null],
    ['A script that greets Grace', null, 'Grace'],
    ['greeting JavaScript developers', null, null],
    ['A JavaScript command-line program that prints a greeting', null, null],
  ])('%s: greeting %s, for %s', (prompt, greeting, addressee) => {
    expect(findValue('greeting', prompt)).toBe(greeting);
    expect(findValue('addressee', prompt)).toBe(addressee);
  });

  it('is nothing where it says nothing', () => {
    for (const prompt of ['', '   ', '?!', 'a'])
      for (const source of valueSources) expect(findValue(source, prompt)).toBeNull();
  });

  it('is one short line whatever the prompt', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map((text) => `build a thing called "${text}"`),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom(...valueSources), (prompt, source) => {
        const value = findValue(source, prompt);
        expect(value === null || /^[^\r\n\u2028\u2029]{1,96}$/.test(value)).toBe(true);
        if (source === 'slug' && value !== null) expect(value).toMatch(/^[a-z][a-z0-9-]*$/);
      }),
    );
  });
});

const value = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.constantFrom(
    `'); process.exit(1); ('`,
    '$' + '{process.exit(1)}',
    '</script>',
    '\\',
    '"""',
    '{{title}}',
    "' + x + '",
    '`',
  ),
);

describe('a value in a file', () => {
  it('stays itself in any JavaScript literal and in JSON', () => {
    fc.assert(
      fc.property(value, (text) => {
        const fill = (path: string, content: string) => fillPlaceholders(path, content, new Map([['title', text]]));
        for (const quote of ["'", '"', '`'])
          expect(runInNewContext(fill('a.js', `(${quote}<{{title}}>${quote})`))).toBe(`<${text}>`);
        expect(JSON.parse(fill('a.json', '{"a": "<{{title}}>"}'))).toEqual({ a: `<${text}>` });
      }),
    );
  });

  it('stays itself in a literal of SQL', () => {
    fc.assert(
      fc.property(value, (text) => {
        const sql = fillPlaceholders('a.sql', "'{{title}}'", new Map([['title', text]]));
        expect(sql.slice(1, -1).replaceAll("''", '')).not.toContain("'");
        expect(sql.slice(1, -1).replaceAll("''", "'")).toBe(text);
      }),
    );
  });

  it('cannot become markup in HTML', () => {
    fc.assert(
      fc.property(value, (text) => {
        const html = fillPlaceholders('a.html', '<h1 title="{{title}}">', new Map([['title', text]]));
        expect(html.slice('<h1 title="'.length, -'">'.length)).not.toMatch(/[<>"'`]/);
      }),
    );
  });

  it('leaves files of other kinds as they are', () => {
    expect(fillPlaceholders('a.css', '{{title}}', new Map([['title', 'x']]))).toBe('{{title}}');
  });
});

describe('the templates of this package', () => {
  it('run with their defaults: no placeholder is left in what retrieval shows', async () => {
    for (const { parameters, files } of await loadTemplates())
      for (const { content } of files) for (const { name } of parameters) expect(content).not.toContain(`{{${name}}}`);
  });

  it('are instantiated from a prompt, not copied', async () => {
    const templates = await loadTemplates();
    const prompt = 'Write a program called "Starlight", please';
    for (const template of templates) {
      const instance = instantiateTemplate(template, prompt);
      expect(instance.map(({ path }) => path)).toEqual(template.files.map(({ path }) => path));
      expect(instance.some(({ content }) => content.includes('Starlight'))).toBe(true);
      expect(new TemplateCatalogue(templates).instantiate(template.files, prompt)).toEqual(instance);
    }
  });

  it('leave the files of a template that is not among them alone', () => {
    const files = [{ path: 'a.js', content: "'{{title}}'" }];
    expect(new TemplateCatalogue([]).instantiate(files, 'called "Starlight"')).toBe(files);
  });
});
