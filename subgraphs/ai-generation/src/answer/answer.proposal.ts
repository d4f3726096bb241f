import { doAtOnce } from '../turns.ts';
import { type Change, toChanges, toSha256 } from './answer.reduction.ts';

/** What answers make of one file; null where there is none. */
export interface ProposedChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** What two answers make of the project together, where the later one saw what the earlier one had made. */
export function joinProposals(earlier: readonly ProposedChange[], later: readonly ProposedChange[]): ProposedChange[] {
  const joined = new Map(earlier.map((change) => [change.path, change]));
  for (const { path, before, after } of later) {
    const first = joined.get(path);
    joined.set(path, { path, before: first ? first.before : before, after });
  }
  return [...joined.values()].filter(({ before, after }) => before !== after);
}

/** The changes as the project service takes them, each path once. */
export function toChangeset(proposal: readonly ProposedChange[]): Change[] {
  return doAtOnce(toChangesetInSteps(proposal));
}

/** As `toChangeset`, one file a step: each takes time with its size. */
export function* toChangesetInSteps(proposal: readonly ProposedChange[]): Generator<void, Change[]> {
  const changes: Change[] = [];
  for (const { path, before, after } of proposal) {
    if (after !== null) changes.push(...toChanges(path, before, after));
    else if (before !== null) changes.push({ operation: 'DELETE', path, ifSha256: toSha256(before) });
    yield;
  }
  return changes;
}

interface TextFile {
  readonly path: string;
  readonly content: string;
}

/** A project's files as the changes leave them; new ones stand behind those that were there. */
export function toFilesAfter(files: readonly TextFile[], proposal: readonly ProposedChange[]): readonly TextFile[] {
  if (proposal.length === 0) return files;
  const after = new Map(files.map(({ path, content }) => [path, content]));
  for (const change of proposal) {
    if (change.after === null) after.delete(change.path);
    else after.set(change.path, change.after);
  }
  return [...after].map(([path, content]) => ({ path, content }));
}
