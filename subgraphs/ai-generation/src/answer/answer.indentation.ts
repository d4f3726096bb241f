/**
 * Lines of a replacement, indented as the file is. A search text that matched but for its indentation says how the model's
 * indentation and the file's go together.
 *
 * @param search lines as the model wrote them
 * @param found the lines of the file that they matched
 * @returns null when one indentation of the model stands for two of the file: then nobody can say how deep a line belongs
 */
export function toFileIndentation(
  search: readonly string[],
  found: readonly string[],
  written: readonly string[],
): readonly string[] | null {
  const known = new Map<string, string>();
  for (const [index, line] of search.entries()) {
    if (line.trim() === '') continue;
    const [model, file] = [indentOf(line), indentOf(found[index]!)];
    if (known.has(model) && known.get(model) !== file) return null;
    known.set(model, file);
  }
  if ([...known].every(([model, file]) => model === file)) return written;
  const unit = findUnit([...known]);
  return written.map((line) => {
    const indent = indentOf(line);
    return line.trim() === '' ? line : translate(indent, known, unit) + line.slice(indent.length);
  });
}

type IndentUnit = readonly [model: string, file: string];

function translate(indent: string, known: ReadonlyMap<string, string>, unit: IndentUnit | null): string {
  const exact = known.get(indent);
  if (exact !== undefined) return exact;
  let base = '';
  for (const model of known.keys()) if (indent.startsWith(model) && model.length > base.length) base = model;
  const baseInFile = known.get(base) ?? shallower(indent, known, unit);
  if (baseInFile === null) return indent;
  const rest = known.has(base) ? indent.slice(base.length) : '';
  if (unit === null || rest === '') return baseInFile + rest;
  const steps = Math.floor(rest.length / unit[0].length);
  return baseInFile + unit[1].repeat(steps) + rest.slice(steps * unit[0].length);
}

/** The file's indentation for one that is less than any that is known. */
function shallower(indent: string, known: ReadonlyMap<string, string>, unit: IndentUnit | null): string | null {
  const [model, file] = [...known].sort(([one], [other]) => one.length - other.length)[0] ?? ['', ''];
  if (unit === null || !model.startsWith(indent)) return null;
  const steps = Math.round((model.length - indent.length) / unit[0].length);
  return file.slice(0, Math.max(0, file.length - steps * unit[1].length));
}

/** What one step of indentation is on both sides: the smallest difference between two that are known, or the one there is. */
function findUnit(known: readonly IndentUnit[]): IndentUnit | null {
  const sorted = [['', ''] as const, ...known].sort(([one], [other]) => one.length - other.length);
  let unit: IndentUnit | null = null;
  for (const [index, [model, file]] of sorted.slice(1).entries()) {
    const [lastModel, lastFile] = sorted[index]!;
    const step = [model.slice(lastModel.length), file.slice(lastFile.length)] as const;
    if (step[0] !== '' && step[1] !== '' && (unit === null || step[0].length < unit[0].length)) unit = step;
  }
  return unit;
}

function indentOf(line: string): string {
  return line.slice(0, line.length - line.trimStart().length);
}
