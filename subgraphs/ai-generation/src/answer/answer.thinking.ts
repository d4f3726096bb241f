/** How models mark what they only think. Nothing between the two marks is part of the answer, whatever it looks like. */
const MARKS: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['<analysis>', '</analysis>'],
  ['<reflection>', '</reflection>'],
  ['<scratchpad>', '</scratchpad>'],
  ['<seed:think>', '</seed:think>'],
  ['[think]', '[/think]'],
  ['◁think▷', '◁/think▷'],
  ['<|channel|>analysis<|message|>', '<|end|>'],
];

export interface ThoughtStart {
  readonly close: string;
  /** What stands behind the mark on its line. */
  readonly rest: string;
}

/** A line of talk that begins a thought. */
export function findThoughtStart(line: string): ThoughtStart | null {
  const text = line.trimStart();
  // No mark is longer than 32 characters.
  const beginning = text.slice(0, 32).toLowerCase();
  const mark = MARKS.find(([open]) => beginning.startsWith(open));
  return mark ? { close: mark[1], rest: text.slice(mark[0].length) } : null;
}

/** What stands behind the end of a thought, or null when the line does not end it. */
export function findThoughtEnd(line: string, close: string): string | null {
  const at = line.toLowerCase().indexOf(close);
  return at === -1 ? null : line.slice(at + close.length);
}

/**
 * What stands behind the end of a thought that never began in the text: some servers begin the answer with the mark, and do not send
 * it. Null for any other line.
 */
export function findOrphanedEnd(line: string): string | null {
  const text = line.trim().toLowerCase();
  for (const [, close] of MARKS) {
    if (close === '<|end|>' || !(text.startsWith(close) || text.endsWith(close))) continue;
    const at = text.startsWith(close) ? line.toLowerCase().indexOf(close) : line.toLowerCase().lastIndexOf(close);
    return line.slice(at + close.length);
  }
  return null;
}

/** Marks of chat templates that servers let through: the model had ended its answer there. */
const ENDS: ReadonlySet<string> = new Set([
  '<|im_end|>',
  '<|eot_id|>',
  '<|end_of_text|>',
  '<|endoftext|>',
  '<|end|>',
  '<|return|>',
  '<end_of_turn>',
  '<｜end▁of▁sentence｜>',
  '</s>',
  '<eos>',
]);

export function isEndMark(line: string): boolean {
  return ENDS.has(line.trim().toLowerCase());
}
