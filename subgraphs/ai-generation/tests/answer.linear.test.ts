import { assertLinear } from '@vibecode/platform/testing/growth';
import * as fc from '@vibecode/platform/testing/property';
import { findClosingTag, findOpeningTag, findPlainClosingTag, toFileBlock } from '../src/answer/answer.blocks.ts';
import { AnswerChanges } from '../src/answer/answer.changes.ts';
import { findPathInHeading, PATH } from '../src/answer/answer.heading.ts';
import { findPlaceholderLine } from '../src/answer/answer.laziness.ts';
import { applyEdit } from '../src/answer/answer.matching.ts';
import { AnswerParser } from '../src/answer/answer.parser.ts';
import { parsePatch } from '../src/answer/answer.patch.ts';
import {
  findAnnouncedPath,
  findPathInComment,
  findPathInFenceInfo,
  toProjectPath,
} from '../src/answer/answer.paths.ts';
import { withoutTrailingProse } from '../src/answer/answer.prose.ts';
import { toChanges } from '../src/answer/answer.reduction.ts';
import { parseReplacements } from '../src/answer/answer.replacements.ts';
import { findOrphanedEnd, findThoughtStart } from '../src/answer/answer.thinking.ts';
import { createPromptBuilder } from '../src/prompt.builder.ts';
import { findPlaceholders } from '../src/templates/placeholder.ts';
import { findValue, valueSources } from '../src/templates/prompt.values.ts';

/** Texts that expressions with repeats are slow on: a part repeated, perhaps behind a beginning, and an end that fits nothing. */
const PARTS = [
  '\\',
  ' ',
  '\t',
  '\u00a0',
  '-',
  '`',
  '~',
  '"',
  "'",
  '<',
  '>',
  '=',
  '(',
  ')',
  '.',
  '/',
  '_',
  '*',
  '#',
  '!',
  ':',
  '1',
  'a',
  '\n',
  '\r\n',
  'a ',
  'a.',
  'a/',
  './',
  '- ',
  '1. ',
  '# ',
  '** ',
  '``` ',
  '( ',
  '(a) ',
  '\\\n',
  ' \n',
  '```\n',
  '<file ',
  '<file path="',
  "<file path='a\n",
  '</file>',
  '\\</file>',
  '</file-k7q2>',
  '<think>',
  '</think>',
  '// ... ',
  '@@ ',
  '- a\n',
  '+',
  'path=',
  'name = ',
  'file: ',
  'file named ',
  '<<<<<<< SEARCH\n',
  '=======\n',
  '{{a',
  '"hello, ',
  '“hello ',
  'hello, ',
  'called "',
  'make a ',
];
const BEGINNINGS = [
  '',
  '<file ',
  '<file path="a.js"',
  '<file path="a.js">\n',
  '<edit path="a.js">\n<<<<<<< SEARCH\n',
  '```js\n',
  '~~~',
  '# a',
  '// a',
  '**File: ',
  'a.js',
  'path="',
  '“hello ',
];
const ENDINGS = ['', 'x', '!\n', '\n```\n'];

/** A text of about `size` characters. */
const toText = (beginning: string, part: string, end: string) => (size: number) =>
  beginning + part.repeat(Math.ceil(size / part.length)) + end;

function parse(pieces: Iterable<string>) {
  const parser = new AnswerParser();
  const changes = new AnswerChanges();
  for (const piece of pieces) for (const event of parser.push(piece)) changes.add(event);
  for (const event of parser.end('stop')) changes.add(event);
  return changes.toChangeset();
}

const readers: Record<string, (text: string) => unknown> = {
  'an answer in one piece': (text) => parse([text]),
  'an answer in single characters': (text) => parse(text),
  'a file in a prompt': (text) => toFileBlock('a.js', text, 'k7q2'),
  'a line of an answer': (line) => [
    findOpeningTag(line),
    findClosingTag(line, 'k7q2'),
    findPlainClosingTag(line),
    findThoughtStart(line),
    findOrphanedEnd(line),
    findPlaceholderLine(line, ''),
    withoutTrailingProse('a.js', [line, '', line]),
  ],
  'a line that may name a file': (line) => [
    findAnnouncedPath(line),
    findPathInComment(line),
    findPathInFenceInfo(line),
  ],
  'a path': toProjectPath,
  'the lines of an edit': (text) => parseReplacements(text.split('\n')),
  'the lines of a patch': (text) => parsePatch(text.split('\n')),
  'a file that is edited': (text) => applyEdit(text, [{ search: text.slice(text.length / 2), replace: 'x' }]),
  'a file that is written anew': (text) => toChanges('a.js', text, `x${text.slice(1, -1)}\n`),
  'lines that stand for others': (text) => findPlaceholderLine(text, text),
  'a prompt': (text) => valueSources.map((source) => findValue(source, text)),
  'a template': findPlaceholders,
};

describe.each(Object.entries(readers))('%s', (_, read) => {
  it.each(PARTS.map((part) => [JSON.stringify(part), part]))(
    'takes linear time to read with %s repeated',
    (_, part) => {
      for (const end of ENDINGS.slice(0, 2)) assertLinear(toText('', part, end), read, { largest: 32_000 });
    },
  );

  it('takes linear time to read, whatever repeats in it', () => {
    const mixed = fc.array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.constantFrom(...BEGINNINGS), mixed, fc.constantFrom(...ENDINGS), (beginning, part, end) => {
        assertLinear(toText(beginning, part, end), read, { largest: 8_000 });
      }),
    );
  });
});

it.each(BEGINNINGS.map((beginning) => [JSON.stringify(beginning), beginning]))(
  'takes linear time to read a line that begins with %s, whatever repeats in it',
  (_, beginning) => {
    for (const part of PARTS) {
      for (const reader of ['a line of an answer', 'a line that may name a file', 'a prompt'])
        assertLinear(toText(beginning, part, 'x'), readers[reader]!, { largest: 8_000 });
    }
  },
);

describe('an edit', () => {
  it('takes linear time to apply', () => {
    assertLinear(
      (size) => ({ content: 'a'.repeat(2 * size), search: `${'a'.repeat(size / 2)}b${'a'.repeat(size / 2)}` }),
      ({ content, search }) => applyEdit(content, [{ search, replace: '' }]),
    );
  });
});

describe('a prompt', () => {
  it('leaves a file out that does not fit, whatever it would take to write it', async () => {
    const build = await createPromptBuilder();
    const input = { prompt: 'hi', language: null, framework: null, turns: [], templates: [], budgetTokens: 6_000 };
    let reads = 0;
    const large = {
      path: 'x.txt',
      content: Object.assign(Object('\\'.repeat(1_000_000)) as string, {
        split: () => {
          reads += 1;
          return [];
        },
      }),
    };
    const built = build({ ...input, files: [large, { path: 'a.js', content: 'let a;\n' }] });
    expect(reads).toBe(0);
    expect(built.messages[1]!.content).toContain(`<file-${built.delimiter} path="a.js">`);
    expect(built.messages[1]!.content).not.toContain('path="x.txt"');
  });

  it('takes linear time to build from a file of nothing but backslashes', async () => {
    const build = await createPromptBuilder();
    const input = { prompt: 'hi', language: null, framework: null, turns: [], templates: [], budgetTokens: 1_000_000 };
    assertLinear(
      (size) => [{ path: 'x.txt', content: `${'\\'.repeat(size)}x` }],
      (files) => build({ ...input, files }),
    );
  });
});

describe('the path in a heading', () => {
  it('is what one expression for the whole line finds, which takes too long on long ones', () => {
    const whole = new RegExp(
      String.raw`^\s*(?:#{1,6}\s+|\d+[.)]\s+|[-*+]\s+)*(?:\*\*|__)?(?:(?:file(?:\s?name)?|path|create|save as)\s*:?\s*)?(?:\*\*|__)?[\x60"']?(${PATH})[\x60"']?(?:\*\*|__)?\s*(?:\([^)]*\))?\s*:?\s*(?:\*\*|__)?\s*$`,
      'i',
    );
    const isFilePath = (path: string | null | undefined) => /[^/]\.[a-z]+$/i.test(path ?? '');
    const part = fc.constantFrom(
      ...'# ;## ;1. ;2) ;- ;**;__;*;file;filename;file name;path;create;save as;:; ;`;";(;);(new);a;.;/;./;a.js;src/;é;-;1'.split(
        ';',
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
        const line = parts.join('');
        const [expected, found] = [whole.exec(line)?.[1] ?? null, findPathInHeading(line)];
        // What is not the name of a file is dropped, whichever it is.
        if (isFilePath(expected) || isFilePath(found)) expect(found).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
