import { useEffect, useState } from 'react';
import { follow } from '../../api/follow.ts';
import { GenerationEventsDocument } from '../../api/generated/graphql.ts';
import { GenerationStream, type StreamSnapshot } from './generation.stream.ts';

export interface FollowedGeneration {
  readonly snapshot: StreamSnapshot;
  /** `lost` while it connects again; `back` once it has gone on where it stood; `refused` when the server ended the view. */
  readonly connection: 'live' | 'lost' | 'back' | 'refused';
}

/**
 * Follows a generation from its first event to its last one, and draws at most once a frame however fast events come.
 * Null without an id. `onEnd` is called once, after the last event, also while the page is hidden.
 */
export function useGenerationStream(id: string | null, onEnd: (id: string) => void): FollowedGeneration | null {
  const [followed, setFollowed] = useState<(FollowedGeneration & { readonly id: string }) | null>(null);
  useEffect(() => {
    if (!id) return;
    const stream = new GenerationStream();
    let connection: FollowedGeneration['connection'] = 'live';
    let frame = 0;
    const draw = () => {
      frame = 0;
      setFollowed({ id, snapshot: stream.snapshot(), connection });
    };
    const drawSoon = () => {
      frame ||= requestAnimationFrame(draw);
    };
    draw();
    const stop = follow({
      document: GenerationEventsDocument,
      variables: () => ({ id, afterSeq: stream.lastSeq }),
      onEvent: ({ generationEvents }) => {
        stream.push(generationEvents);
        drawSoon();
      },
      onConnection: (now) => {
        if (now === 'lost') connection = 'lost';
        else if (connection === 'lost') connection = 'back';
        drawSoon();
      },
      onEnd: () => {
        draw();
        onEnd(id);
      },
      onRefused: () => {
        connection = 'refused';
        drawSoon();
      },
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [id, onEnd]);
  return followed?.id === id ? followed : null;
}
