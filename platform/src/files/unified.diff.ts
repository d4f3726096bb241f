import { isUtf8 } from 'node:buffer';
import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';

/** Time limit for finding the smallest difference. Beyond it, all old lines are shown as removed and all new ones as added. */
const TIMEOUT_MS = 100;

/** Whether content is text: valid UTF-8 without U+0000. */
export function isText(content: Buffer): boolean {
  return isUtf8(content) && !content.includes(0);
}

/**
 * One file's difference in the unified format, as `git diff` shows it; empty when nothing differs.
 * @param timeoutMs time for finding the least difference. Default 100
 */
export function toUnifiedDiff(
  path: string,
  before: Buffer | null,
  after: Buffer | null,
  timeoutMs = TIMEOUT_MS,
): string {
  if (before && after?.equals(before)) return '';
  const [oldName, newName] = [before ? `a/${path}` : '/dev/null', after ? `b/${path}` : '/dev/null'];
  if ((before && !isText(before)) || (after && !isText(after)))
    return `Binary files ${oldName} and ${newName} differ\n`;
  const [oldText, newText] = [before?.toString('utf8') ?? '', after?.toString('utf8') ?? ''];
  const patch =
    structuredPatch(oldName, newName, oldText, newText, undefined, undefined, { context: 3, timeout: timeoutMs }) ??
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
        // `formatPatch` subtracts 1 from the start of a side without lines.
        oldStart: 1,
        oldLines: oldLines.length,
        newStart: 1,
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
