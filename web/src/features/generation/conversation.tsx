import { memo, type ReactNode, useEffect, useRef } from 'react';
import { type FragmentType, readFragment } from '../../api/generated/fragment-masking.ts';
import { GenerationCardFragmentDoc } from '../../api/generated/graphql.ts';
import type { Action } from '../../app/use.action.ts';
import { useText } from '../../text/text.tsx';
import { Button } from '../../ui/button.tsx';
import { ActionFailure, Empty } from '../../ui/notice.tsx';
import styles from './conversation.module.css';
import { type Again, GenerationCard } from './generation.card.tsx';
import { LiveCard, SendingCard } from './live.card.tsx';
import type { FollowedGeneration } from './use.generation.stream.ts';

/** This near to the end, the view stays at the end while it grows. */
const STICKY_PX = 80;

interface ConversationProps {
  readonly projectId: string;
  /** The newest first. */
  readonly generations: readonly FragmentType<typeof GenerationCardFragmentDoc>[];
  readonly liveId: string | null;
  readonly followed: FollowedGeneration | null;
  readonly again: Again;
  /** A prompt that the server has not answered yet. */
  readonly sending: string | null;
  /** Null when there are no earlier ones. */
  readonly onOlder: (() => void) | null;
  /** How loading them went. */
  readonly older: Action<[string]>;
  /** The prompt box. */
  readonly children: ReactNode;
}

export const Conversation = memo(function Conversation({
  projectId,
  generations,
  liveId,
  followed,
  sending,
  onOlder,
  older,
  again,
  children,
}: ConversationProps) {
  const text = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const cards = readFragment(GenerationCardFragmentDoc, generations).toReversed();
  const newest = cards.at(-1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever grows is followed
  useEffect(() => {
    const element = scroller.current;
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [newest?.id, newest?.status, followed, sending]);

  return (
    <section className={styles.conversation} aria-label={text.prompt.title}>
      <div
        ref={scroller}
        className={styles.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        tabIndex={0}
        role="log"
        aria-label={text.prompt.title}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < STICKY_PX;
        }}
      >
        {onOlder && (
          <Button size="small" look="quiet" disabled={older.isBusy} onClick={onOlder}>
            {text.prompt.older}
          </Button>
        )}
        <ActionFailure action={older} />
        {cards.length === 0 && !sending && <Empty>{text.prompt.none}</Empty>}
        {cards.map((card) =>
          card.id === liveId && followed ? (
            <LiveCard key={card.id} id={card.id} prompt={card.prompt} followed={followed} />
          ) : (
            <GenerationCard
              key={card.id}
              projectId={projectId}
              isNewest={card.id === newest?.id}
              again={again}
              generation={card as FragmentType<typeof GenerationCardFragmentDoc>}
            />
          ),
        )}
        {sending && <SendingCard prompt={sending} />}
      </div>
      <div className={styles.foot}>{children}</div>
    </section>
  );
});
