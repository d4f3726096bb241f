/** A file whose changes wait, with the number of its hunks; 1 where it can only be taken as a whole. */
export interface ReviewedFile {
  readonly path: string;
  readonly hunks: number;
}

/** What was dropped of each file, by the index of the hunk. */
export type Dropped = ReadonlyMap<string, ReadonlySet<number>>;

export const NOTHING_DROPPED: Dropped = new Map();

export type FileChoice = 'all' | 'some' | 'none';

export function toFileChoice(dropped: Dropped, { path, hunks }: ReviewedFile): FileChoice {
  const count = dropped.get(path)?.size ?? 0;
  return count === 0 ? 'all' : count < hunks ? 'some' : 'none';
}

/** @param hunk null for all of the file */
export function choose(dropped: Dropped, file: ReviewedFile, hunk: number | null, isTaken: boolean): Dropped {
  const next = new Set(dropped.get(file.path));
  for (const index of hunk === null ? Array.from({ length: file.hunks }, (_, at) => at) : [hunk]) {
    if (isTaken) next.delete(index);
    else next.add(index);
  }
  return new Map(dropped).set(file.path, next);
}

export interface Decision {
  /** Files of which all is taken. */
  readonly whole: readonly string[];
  /** Files of which some hunks are taken. */
  readonly parts: readonly { readonly path: string; readonly taken: ReadonlySet<number> }[];
}

export function toDecision(files: readonly ReviewedFile[], dropped: Dropped): Decision {
  const of = (wanted: FileChoice) => files.filter((file) => toFileChoice(dropped, file) === wanted);
  return {
    whole: of('all').map(({ path }) => path),
    parts: of('some').map(({ path, hunks }) => ({
      path,
      taken: new Set(Array.from({ length: hunks }, (_, at) => at).filter((at) => !dropped.get(path)?.has(at))),
    })),
  };
}

/** Versions that a decision lies between. */
export interface SavedParts {
  readonly from: number;
  /** The one that holds the parts. */
  readonly version: number;
  readonly paths: readonly string[];
}

/** With the parts of one more version, saved after the others. */
export function addSaved(kept: SavedParts | null, { from, version, paths }: SavedParts): SavedParts {
  return { from: kept?.from ?? from, version, paths: [...(kept?.paths ?? []), ...paths] };
}
