import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';
import { isText } from './changeset.ts';

/** Time limit for finding the smallest difference. Beyond it, all old lines are shown as removed and all new ones as added. */
const TIMEOUT_MS = 100;

/** One file's difference in the unified format, as `git diff` shows it; empty without differences. */
export function toUnifiedDiff(path: string, before: Buffer | null, after: Buffer | null): string {
  if (before && after?.equals(before)) return '';
  const [oldName, newName] = [before ? `a/${path}` : '/dev/null', after ? `b/${path}` : '/dev/null'];
  if ((before && !isText(before)) || (after && !isText(after)))
    return `Binary files ${oldName} and ${newName} differ\n`;
  const [oldText, newText] = [before?.toString('utf8') ?? '', after?.toString('utf8') ?? ''];
  const patch =
    structuredPatch(oldName, newName, oldText, newText, undefined, undefined, { context: 3, timeout: TIMEOUT_MS }) ??
    replaceAll(oldName, newName, oldText, newText);
  return formatPatch(patch, FILE_HEADERS_ONLY);
}

function replaceAll(oldFileName: string, newFileName: string, oldText: string, newText: string) {
  const [oldLines, newLines] = [toLines(oldText), toLines(newText)];
  const marked = (lines: string[], sign: string, whole: boolean) => [
    ...lines.map((line) => sign + line),
    ...(whole || lines.length === 0 ? [] : ['\\ No newline at end of file']),
  ];
  return {
    oldFileName,
    newFileName,
    oldHeader: undefined,
    newHeader: undefined,
    index: undefined,
    hunks: [
      {
        oldStart: oldLines.length > 0 ? 1 : 0,
        oldLines: oldLines.length,
        newStart: newLines.length > 0 ? 1 : 0,
        newLines: newLines.length,
        lines: [...marked(oldLines, '-', oldText.endsWith('\n')), ...marked(newLines, '+', newText.endsWith('\n'))],
      },
    ],
  };
}

function toLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
