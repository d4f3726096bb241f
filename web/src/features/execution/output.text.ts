/** A piece of what a program printed. */
export interface OutputPiece {
  readonly seq: number;
  readonly stream: 'STDOUT' | 'STDERR';
  readonly text: string;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const ESCAPES = /\u001b(?:\[[0-9;?]{0,32}[ -/]?[@-~]|\][^\u0007\u001b]{0,256}(?:\u0007|\u001b\\)?|.)?/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A program's output as text alone: no escape of a terminal moves, colours or hides anything. */
export function toPlainText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(ESCAPES, '').replace(CONTROLS, '');
}

/** Adds a piece unless it came before; pieces of one stream in a row become one. */
export function addPiece(pieces: readonly OutputPiece[], piece: OutputPiece): readonly OutputPiece[] {
  const last = pieces.at(-1);
  if (last && piece.seq <= last.seq) return pieces;
  if (last?.stream !== piece.stream) return [...pieces, piece];
  return [...pieces.slice(0, -1), { ...piece, text: last.text + piece.text }];
}

const MAX_ERROR_LINES = 40;

/** The end of what went wrong, for a prompt: standard error, else all. */
export function toErrorText(pieces: readonly OutputPiece[]): string {
  const errors = pieces.filter(({ stream }) => stream === 'STDERR');
  const text = (errors.length > 0 ? errors : pieces).map((piece) => toPlainText(piece.text)).join('');
  return text.trimEnd().split('\n').slice(-MAX_ERROR_LINES).join('\n');
}
