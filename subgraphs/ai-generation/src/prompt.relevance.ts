import { setImmediate as nextTurn } from 'node:timers/promises';

interface TextFile {
  readonly path: string;
  readonly content: string;
}

/** Of a file's content, how much is looked at. */
const READ_CHARACTERS = 64 * 1_024;
/** Endings of English and German words: what is left stands in the other forms of the word as well. */
const ENDING = /^(.{4,40}?)(?:ings?|ed|en|e?s)$/;
/** Others get their turn after so many. */
const CHARACTERS_PER_TURN = 512 * 1_024;
const MOST_TERMS = 40;
const LEAST_TERM_CHARACTERS = 3;
/** Occurrences of one term in one file beyond these say nothing more. */
const MOST_OCCURRENCES = 8;
/** A term in a path says more than one in the text. */
const PATH_WEIGHT = 3;
/** The usual constants of BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009). */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/** Words of requests that stand in any program, or in none. */
const COMMON = new Set(
  (
    'the and that this with for from into your you are not but can has have make made add new use using should ' +
    'when what which where will would could please want need change update remove delete show write create file files ' +
    'code app project function und der die das ein eine mit für von ist nicht bitte mache datei'
  ).split(' '),
);

/**
 * A project's files, those first that a request is about: what it names, then by the words they share with it (BM25 over paths
 * and the beginnings of contents), then in the order they came.
 *
 * @param wanted paths that come before all others, in their order
 */
export async function rankFiles(
  files: readonly TextFile[],
  prompt: string,
  wanted: readonly string[] = [],
): Promise<readonly TextFile[]> {
  const places = new Map(wanted.map((path, index) => [path, index]));
  const named = toNames(prompt);
  const scores = await scoreFiles(files, toTerms(prompt));
  const rank = ({ path }: TextFile, at: number) =>
    [places.get(path) ?? places.size, named.has(toBaseName(path.toLowerCase())) ? 0 : 1, -scores[at]!, at] as const;
  return files
    .map((file, at) => ({ file, rank: rank(file, at) }))
    .sort((one, other) => compare(one.rank, other.rank))
    .map(({ file }) => file);
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : one[at]! - other[at]!;
}

/** Last segments of whatever may be a path. */
function toNames(prompt: string): ReadonlySet<string> {
  const words = prompt.toLowerCase().split(/[^\p{L}\p{N}_./@+-]+/u);
  return new Set(words.map((word) => toBaseName(word.endsWith('.') ? word.slice(0, -1) : word)));
}

function toBaseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Words of the request, the parts of compound ones too: `loginForm` is `loginform`, `login` and `form`. */
function toTerms(prompt: string): readonly string[] {
  const words = prompt.match(/[\p{L}\p{N}_]+/gu) ?? [];
  const parts = words.flatMap((word) => [word, ...word.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').split(/[\s_]+/)]);
  const terms = parts
    .map((part) => part.toLowerCase())
    .filter((term) => term.length >= LEAST_TERM_CHARACTERS && !COMMON.has(term))
    .map((term) => term.replace(ENDING, '$1'));
  return [...new Set(terms)].slice(0, MOST_TERMS);
}

async function scoreFiles(files: readonly TextFile[], terms: readonly string[]): Promise<readonly number[]> {
  if (terms.length === 0) return files.map(() => 0);
  const counts: number[][] = [];
  let characters = 0;
  for (const { path, content } of files) {
    const [where, text] = [path.toLowerCase(), content.slice(0, READ_CHARACTERS).toLowerCase()];
    counts.push(terms.map((term) => (where.includes(term) ? PATH_WEIGHT : 0) + countIn(text, term)));
    characters += text.length;
    if (characters < CHARACTERS_PER_TURN) continue;
    characters = 0;
    await nextTurn();
  }
  const weights = terms.map((_, index) => {
    const holders = counts.reduce((sum, row) => sum + (row[index]! > 0 ? 1 : 0), 0);
    return Math.log(1 + (files.length - holders + 0.5) / (holders + 0.5));
  });
  const lengths = files.map(({ content }) => Math.min(content.length, READ_CHARACTERS));
  const usual = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, files.length) || 1;
  return counts.map((row, at) => {
    const damping = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * lengths[at]!) / usual);
    return row.reduce((sum, count, index) => sum + (weights[index]! * count * (SATURATION + 1)) / (count + damping), 0);
  });
}

function countIn(text: string, term: string): number {
  let found = 0;
  for (let at = text.indexOf(term); at >= 0 && found < MOST_OCCURRENCES; at = text.indexOf(term, at + term.length))
    found += 1;
  return found;
}
