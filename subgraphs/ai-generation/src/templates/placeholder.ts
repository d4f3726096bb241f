import { posix } from 'node:path';

const PLACEHOLDER = /\{\{([a-z][A-Za-z]*)\}\}/g;

type Escape = (value: string) => string;

/** Inside a string literal of any quote, template and f-string literals too: all but harmless characters become `\uXXXX`. */
const escapeLiteral: Escape = (value) =>
  value.replace(/[^\p{L}\p{N} !,.:;?_+-]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );

/** Python and Go read a pair of surrogates as two characters, and want eight digits instead. */
const escapeLong: Escape = (value) =>
  value.replace(
    /[^\p{L}\p{N} !,.:;?_+-]/gu,
    (character) => `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`,
  );

const escapeMarkdown: Escape = (value) => value.replace(/[\\`*_[\]<>#|~{}&$]/g, '\\$&');

const escapeHtml: Escape = (value) => value.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);

const escapes: Readonly<Record<string, Escape>> = {
  '.js': escapeLiteral,
  '.mjs': escapeLiteral,
  '.ts': escapeLiteral,
  '.json': escapeLiteral,
  '.py': escapeLong,
  '.go': escapeLong,
  // In a comment of one line or a string literal.
  '.sql': (value) => value.replaceAll("'", "''"),
  '.md': escapeMarkdown,
  '.html': escapeHtml,
  '.txt': (value) => value,
};

/** Names of the placeholders in a text, each once. */
export function findPlaceholders(content: string): string[] {
  return [...new Set([...content.matchAll(PLACEHOLDER)].map(([, name]) => name!))];
}

/** Whether values can be written into a file of this kind without breaking it. */
export function takesPlaceholders(path: string): boolean {
  return posix.extname(path) in escapes;
}

/** Fills the placeholders of a file, escaped for its kind; one without a value stays as it is. */
export function fillPlaceholders(path: string, content: string, values: ReadonlyMap<string, string>): string {
  const escapeValue = escapes[posix.extname(path)];
  if (!escapeValue) return content;
  return content.replace(PLACEHOLDER, (placeholder, name: string) => {
    const value = values.get(name);
    return value === undefined ? placeholder : escapeValue(value);
  });
}
