import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Expression, type Program, parseSync, type Statement } from 'oxc-parser';
import { walk } from '../sources/walk.ts';

export interface FoundExpression {
  /** `subgraphs/auth/src/client.ts:12` */
  readonly place: string;
  /** Null if it depends on values that are known only at run time. */
  readonly expression: { readonly source: string; readonly flags: string } | null;
  /** Whether the line above states a bound of its input. */
  readonly isBounded: boolean;
}

/** Finds the regular expressions in a file: literals, and those created from constants by `new RegExp`. */
export async function findExpressions(root: string, path: string): Promise<FoundExpression[]> {
  const text = await readFile(join(root, path), 'utf8');
  const { program } = parseSync(path, text);
  const constants = await readConstants(root, path, program);
  const lines = text.split('\n');
  const found: FoundExpression[] = [];
  walk(program, (node) => {
    const expression = toExpression(node as Expression, constants);
    if (expression === undefined) return;
    const line = text.slice(0, node.start).split('\n').length;
    found.push({ place: `${path}:${line}`, expression, isBounded: isBounded(lines, line) });
  });
  return found;
}

/** Whether a comment in the line above states a bound, or in the line before that for a call over several lines. */
function isBounded(lines: readonly string[], line: number): boolean {
  let at = line - 2;
  let comment = '';
  while (at >= 0 && /^\s*(?:\/\/|\*|\/\*)/.test(lines[at]!)) {
    comment = lines[at] + comment;
    at -= 1;
  }
  return comment.includes('bounded input: ');
}

/** @returns undefined for a node that is not a regular expression */
function toExpression(
  node: Expression,
  constants: ReadonlyMap<string, string>,
): FoundExpression['expression'] | undefined {
  if (node.type === 'Literal' && 'regex' in node) return { source: node.regex.pattern, flags: node.regex.flags };
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return undefined;
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'RegExp') return undefined;
  const [source, flags] = node.arguments;
  if (!source || source.type === 'SpreadElement' || flags?.type === 'SpreadElement') return null;
  const texts = [evaluate(source, constants), flags ? evaluate(flags, constants) : ''] as const;
  return texts[0] === null || texts[1] === null ? null : { source: texts[0], flags: texts[1] };
}

/** Reads the string constants of a module, and those that it imports from its folder, by name. */
async function readConstants(root: string, path: string, program: Program): Promise<Map<string, string>> {
  const constants = new Map<string, string>();
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration' && statement.source.value.startsWith('./')) {
      const file = join(dirname(path), statement.source.value);
      const imported = parseSync(file, await readFile(join(root, file), 'utf8')).program;
      const names = new Set(statement.specifiers.map(({ local }) => local.name));
      for (const [name, value] of findConstants(imported.body, new Map()))
        if (names.has(name)) constants.set(name, value);
    }
  }
  return findConstants(program.body, constants);
}

function findConstants(statements: readonly (Statement | Program['body'][number])[], constants: Map<string, string>) {
  for (const statement of statements) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type !== 'VariableDeclaration' || declaration.kind !== 'const') continue;
    for (const { id, init } of declaration.declarations) {
      const value = init && id.type === 'Identifier' ? evaluate(init, constants) : null;
      if (value !== null && id.type === 'Identifier') constants.set(id.name, value);
    }
  }
  return constants;
}

/** Evaluates an expression of literals, templates and constants. @returns null for any other expression */
function evaluate(node: Expression, constants: ReadonlyMap<string, string>): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null;
  if (node.type === 'Identifier') return constants.get(node.name) ?? null;
  const isRaw = node.type === 'TaggedTemplateExpression';
  const template = isRaw ? node.quasi : node;
  if (template.type !== 'TemplateLiteral') return null;
  let text = '';
  for (const [index, { value }] of template.quasis.entries()) {
    text += isRaw ? value.raw : value.cooked;
    const inner = template.expressions[index];
    const part = inner ? evaluate(inner, constants) : '';
    if (part === null) return null;
    text += part;
  }
  return text;
}
