/** Tokens that an answer may take, as offered; 0 leaves it to the server. */
export const ANSWER_LENGTHS = [0, 4_096, 8_192, 16_384, 32_768] as const;

const STORED = 'answer-length';

export function readAnswerLength(): number {
  const stored = Number(localStorage.getItem(STORED));
  return ANSWER_LENGTHS.find((length) => length === stored) ?? 0;
}

export function storeAnswerLength(length: number): void {
  if (length === 0) localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, String(length));
}

/** The next longer one; the longest stays. */
export function toLonger(length: number): number {
  return ANSWER_LENGTHS.find((longer) => longer > length) ?? length;
}
