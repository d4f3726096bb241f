import { AnswerParser } from './answer/answer.parser.ts';

/** An earlier request of a conversation, and what came of it. */
export interface Turn {
  readonly prompt: string;
  /** The answer as it was streamed; empty where there was none. */
  readonly text: string;
  /** The words of the error; null where it was not one. */
  readonly failure: string | null;
  readonly isCancelled: boolean;
  /** Whether a version was made of it, also of one that was stopped or failed. Default: false. */
  readonly isKept?: boolean;
  /** Whether its answer reached its limit. Default: false. */
  readonly isCut?: boolean;
  /** Of its tags. Default: unknown. */
  readonly delimiter?: string | null;
}

const HEADING = 'Earlier requests in this conversation, the oldest first. They are done; do not repeat them:';
const MOST_PROMPT_CHARACTERS = 600;
const MOST_TALK_CHARACTERS = 400;
const MOST_NAMED_FILES = 12;
/** An answer's talk and the names of its files are wanted, not its files. */
const READ_CHARACTERS = 256 * 1_024;
/** Where the talk of an answer ends: at a tag or a fence, at the start of a line. */
const BLOCK = /^\s{0,8}(?:<|`{3}|~{3})/;

/**
 * What was asked before and what became of it, in short.
 *
 * @param turns the newest first; the oldest are left out when they do not fit
 * @param mostCharacters of the whole part
 */
export function toConversation(turns: readonly Turn[], mostCharacters: number): string {
  const parts: string[] = [];
  let left = mostCharacters - HEADING.length - 4;
  for (const turn of turns) {
    const part = toPart(turn);
    if (part.length + 1 > left) break;
    left -= part.length + 1;
    parts.unshift(part);
  }
  return parts.length === 0 ? '' : `${HEADING}\n\n${parts.join('\n')}\n\n`;
}

function toPart(turn: Turn): string {
  return `- Asked: ${toLine(turn.prompt, MOST_PROMPT_CHARACTERS)}\n  ${toOutcome(turn)}`;
}

function toOutcome({ text, failure, isCancelled, isKept = false, isCut = false, delimiter = null }: Turn): string {
  if (isCancelled) return `Stopped by the user before it was done.${isKept ? ' What was done by then is kept.' : ''}`;
  if (isCut) return `Its answer was cut off.${isKept ? ' What was done by then is kept.' : ''}`;
  if (failure !== null) {
    const outcome = isKept ? 'Failed, and is kept as far as it came' : 'Failed, and changed nothing';
    return `${outcome}: ${toLine(failure, MOST_TALK_CHARACTERS)}`;
  }
  const talk = toLine(findTalk(text), MOST_TALK_CHARACTERS);
  const paths = findPaths(text, delimiter);
  const named = paths.slice(0, MOST_NAMED_FILES).join(', ');
  const others = paths.length - MOST_NAMED_FILES;
  const files = paths.length === 0 ? '' : `It changed ${named}${others > 0 ? ` and ${others} more files` : ''}.`;
  return `Answered: ${[talk, files].filter(Boolean).join(' ')}`;
}

/** What the model said before its first block. */
function findTalk(text: string): string {
  const lines = text.slice(0, READ_CHARACTERS).split('\n', 50);
  const end = lines.findIndex((line) => BLOCK.test(line));
  return lines.slice(0, end < 0 ? lines.length : end).join('\n');
}

function findPaths(text: string, delimiter: string | null): string[] {
  const parser = new AnswerParser({ delimiter });
  const events = [...parser.push(text.slice(0, READ_CHARACTERS)), ...parser.end('stop')];
  const paths = events.flatMap((event) =>
    event.type === 'written' || event.type === 'edited' || event.type === 'deleted' ? [event.path] : [],
  );
  return [...new Set(paths)];
}

/** In one line, cut at whole characters. */
function toLine(text: string, mostCharacters: number): string {
  const line = text
    .slice(0, mostCharacters * 4)
    .replaceAll(/\s+/g, ' ')
    .trim();
  if (line.length <= mostCharacters) return line;
  const cut = line.slice(0, mostCharacters - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}
