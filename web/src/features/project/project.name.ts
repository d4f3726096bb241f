const MAX_WORDS = 6;
const MAX_LENGTH = 40;
const TRAILING = new Set([
  ...['a', 'an', 'and', 'for', 'from', 'in', 'of', 'or', 'that', 'the', 'to', 'which', 'with'],
  ...['auf', 'aus', 'das', 'der', 'die', 'ein', 'eine', 'einer', 'für', 'im', 'mit', 'oder', 'und', 'von', 'zu'],
]);
const LEADING = new Set(['a', 'an', 'the', 'make', 'build', 'create', 'write', 'please', 'me', 'ein', 'eine', 'einen']);

/** A name for the project that a prompt begins: its first words that say something. */
export function toProjectName(prompt: string): string {
  const words = (prompt.trim().split('\n', 1)[0] ?? '').split(/\s+/, 40).map((word) => word.replace(/[,.;:!?]+$/, ''));
  while (words.length > 1 && LEADING.has((words[0] ?? '').toLowerCase())) words.shift();
  const kept: string[] = [];
  for (const word of words.slice(0, MAX_WORDS)) {
    if ([...kept, word].join(' ').length > MAX_LENGTH) break;
    kept.push(word);
  }
  while (kept.length > 1 && TRAILING.has((kept.at(-1) ?? '').toLowerCase())) kept.pop();
  const name = kept.join(' ') || [...prompt.trim()].slice(0, MAX_LENGTH).join('') || 'Project';
  return name.charAt(0).toUpperCase() + name.slice(1);
}
