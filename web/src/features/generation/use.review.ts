import { type ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useRef, useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  AcceptGenerationDocument,
  FileAtHeadDocument,
  GenerationCardFragmentDoc,
  RejectGenerationDocument,
  ReviewTextsDocument,
  SaveFilesDocument,
  VersionRowFragmentDoc,
} from '../../api/generated/graphql.ts';
import { toRefusal } from '../../api/refusal.ts';
import { newId } from '../../app/new.id.ts';
import { useAction } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { findFile } from '../file/find.file.ts';
import { addSaved, type Decision, type SavedParts } from './review.selection.ts';

export interface Conflict {
  readonly path: string;
  readonly problem: string;
}

/** Files of which only parts were chosen, and which have changed in the project since. */
class PartConflictError extends Error {
  override readonly name = 'PartConflictError';

  constructor(readonly conflicts: readonly Conflict[]) {
    super(`${conflicts.map(({ path }) => path).join(', ')} changed since.`);
  }
}

interface ReviewOptions {
  readonly id: string;
  readonly projectId: string;
  readonly prompt: string;
  /** All is decided, and parts of files were among it: where to see what reached the project. */
  readonly onParts: (from: number, to: number) => void;
}

/**
 * Decides about changes that wait. Whole files are accepted by the server. It cannot take a part of one: that is saved as
 * a version of the user's own before, and refused unless the project has the file as the model saw it. What is refused
 * waits as before, and `conflicts` says why.
 */
export function useReview({ id, projectId, prompt, onParts }: ReviewOptions) {
  const client = useApolloClient();
  const text = useText();
  const [saved, setSaved] = useState<SavedParts | null>(null);
  const keys = useRef(new Map<string, string>());
  /** What the project was at before the first save of parts, whether or not its answer came. */
  const firstBase = useRef<number | null>(null);

  const accept = useAction(async ({ whole, parts }: Decision, isAll: boolean) => {
    let kept = saved;
    const open = parts.filter(({ path }) => !kept?.paths.includes(path));
    if (open.length > 0) {
      const { baseVersion, changes } = await findParts(client, { id, projectId, parts: open });
      let version = baseVersion;
      if (changes.length > 0) {
        firstBase.current ??= baseVersion;
        const name = JSON.stringify(changes);
        // The same parts after an answer that never came are saved once.
        const idempotencyKey = keys.current.get(name) ?? newId();
        keys.current.set(name, idempotencyKey);
        const message = text.review.partsMessage(prompt).slice(0, MAX_MESSAGE);
        const input = { projectId, message, idempotencyKey, baseVersion, changes };
        const { data } = await client.mutate({ mutation: SaveFilesDocument, variables: { input } });
        if (!data) throw new Error(text.errors.OFFLINE);
        version = readFragment(VersionRowFragmentDoc, data.applyChangeset).number;
      }
      // Parts that were saved before this page was opened are most likely in the newest version.
      const from = firstBase.current ?? baseVersion - 1;
      kept = addSaved(kept, { from, version, paths: open.map(({ path }) => path) });
      setSaved(kept);
    }
    let last = kept?.version ?? 0;
    if (whole.length > 0) {
      const variables = { id, paths: isAll ? null : [...whole] };
      const { data } = await client.mutate({ mutation: AcceptGenerationDocument, variables });
      last = readFragment(GenerationCardFragmentDoc, data?.acceptGeneration)?.version?.number ?? last;
    } else await client.mutate({ mutation: RejectGenerationDocument, variables: { id } });
    if (kept) onParts(kept.from, last);
  });
  const reject = useAction(() => client.mutate({ mutation: RejectGenerationDocument, variables: { id } }));
  const failed = accept.error ? accept : reject;
  const forget = () => {
    accept.forget();
    reject.forget();
  };
  return {
    /** Never rejects: what goes wrong is in `failed` and `conflicts`. */
    accept(decision: Decision, isAll: boolean) {
      reject.forget();
      return accept.run(decision, isAll);
    },
    /** Never rejects. */
    reject() {
      accept.forget();
      return reject.run();
    },
    /** Drops what went wrong: the decision is another one now. */
    forget,
    isBusy: accept.isBusy || reject.isBusy,
    failed,
    conflicts: toConflicts(accept.error),
    saved,
  };
}

const MAX_MESSAGE = 200;

interface PartsOptions extends Pick<Decision, 'parts'> {
  readonly id: string;
  readonly projectId: string;
}

/** The changes that write parts of files, but for those that the project has already. @throws PartConflictError */
async function findParts(client: ApolloClient, { id, projectId, parts }: PartsOptions) {
  const [{ data }, { toPartChange }] = await Promise.all([
    client.query({ query: ReviewTextsDocument, variables: { id }, fetchPolicy: 'network-only' }),
    import('./review.parts.ts'),
  ]);
  const proposed = new Map(data?.generation?.proposed.map((change) => [change.path, change]));
  const conflicts: Conflict[] = [];
  let baseVersion = 0;
  const changes = [];
  for (const { path, taken } of parts) {
    const found = await findFile(client, FileAtHeadDocument, { projectId, path });
    baseVersion = Math.max(baseVersion, found?.head.number ?? 0);
    const texts = proposed.get(path) ?? { before: null, after: null, diff: '' };
    const change = toPartChange(texts, taken, found?.file?.content);
    if (change.kind === 'changed') conflicts.push({ path, problem: 'has changed since' });
    if (change.kind !== 'write') continue;
    // Whatever changes the file between the look and the change is a refusal, never a loss.
    changes.push({ operation: 'WRITE' as const, path, content: change.content, ifSha256: found?.file?.sha256 ?? null });
  }
  if (conflicts.length > 0) throw new PartConflictError(conflicts);
  return { baseVersion, changes };
}

function toConflicts(error: unknown): readonly Conflict[] {
  if (!error) return [];
  if (error instanceof PartConflictError) return error.conflicts;
  const { conflicts } = toRefusal(error).details as { conflicts?: readonly Conflict[] };
  return conflicts ?? [];
}
