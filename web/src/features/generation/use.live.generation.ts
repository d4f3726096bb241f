import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type GenerationCardFragment, MeDocument } from '../../api/generated/graphql.ts';
import { isResting, TERMINAL } from './generation.stream.ts';
import { useGenerationStream } from './use.generation.stream.ts';

/** Billing settles by an event of its own, a little after the last token. */
const SETTLED_AFTER_MS = 1_500;
const ASK_AGAIN_AFTER_MS = 2_000;

interface LiveGenerationOptions {
  /** Of the project, as it was last asked for. */
  readonly generations: readonly GenerationCardFragment[];
  /** The one that was started on this page last. */
  readonly startedId: string | null;
  /** Asks for the project again. */
  readonly reload: () => Promise<unknown>;
  /** Called once for each that ends while the page watches, however fast it was. */
  readonly onEnded: (generation: GenerationCardFragment) => void;
}

/** The generation of a project that is at work, followed live until the project itself says how it ended. */
export function useLiveGeneration({ generations, startedId, reload, onEnded }: LiveGenerationOptions) {
  const client = useApolloClient();
  const liveId = generations.find(({ status }) => !isResting(status))?.id ?? null;
  // The end of the stream, or word of the new version: whichever comes first asks how it ended.
  const onStreamEnd = useCallback(() => void reload().catch(() => null), [reload]);
  const followed = useGenerationStream(liveId, onStreamEnd);
  const isInReview = followed?.snapshot.status === 'REVIEW';
  const isOver = liveId !== null && (followed?.snapshot.finished != null || isInReview);

  const [watchedId, setWatchedId] = useState<string | null>(null);
  useEffect(() => {
    // A fast one may have ended before it was seen at work.
    if (liveId ?? startedId) setWatchedId(liveId ?? startedId);
  }, [liveId, startedId]);
  const over = generations.find(({ id, status }) => id === watchedId && TERMINAL.has(status));
  // The cache learns of the end from queries that ask for less, too: the version comes with the project's own answer.
  const isPartial = over?.status === 'COMPLETED' && !over.version;
  const ended = isPartial ? undefined : over;
  useEffect(() => {
    // The end of the stream has asked already; a review leaves it open until the user has decided.
    if (isInReview || isPartial) void reload().catch(() => null);
  }, [isInReview, isPartial, reload]);
  const isBehind = isOver || isPartial;
  useEffect(() => {
    // Until the project says so too, however its answers overtake each other.
    if (!isBehind) return;
    // Asked again until the answer is there.
    const timer = setInterval(() => void reload().catch(() => null), ASK_AGAIN_AFTER_MS);
    return () => clearInterval(timer);
  }, [isBehind, reload]);
  const handledId = useRef<string | null>(null);
  useEffect(() => {
    if (!ended || handledId.current === ended.id) return;
    handledId.current = ended.id;
    onEnded(ended);
    setTimeout(() => {
      // The workspace shows the error of its query. The cost and the quota are late, and come with the next answer.
      void Promise.all([reload(), client.refetchQueries({ include: [MeDocument] })]).catch(() => null);
    }, SETTLED_AFTER_MS);
  }, [ended, onEnded, reload, client]);
  return { liveId, followed };
}
