import { useCallback, useEffect, useRef, useState } from 'react';
import { attachmentKey, dropDraft, readDraft, writeDraft } from '../../app/drafts.ts';
import {
  IMAGE_LIMITS,
  ImageError,
  type ImageProblem,
  type PromptImage,
  readImage,
  toImageProblem,
} from './image.file.ts';

/** What goes with a prompt beside its words. */
interface Attached {
  /** Files of the project that the model must see. */
  readonly contextPaths: readonly string[];
  readonly images: readonly PromptImage[];
}

export interface Attachments extends Attached {
  /** False until those of last time are there. */
  readonly isReady: boolean;
  /** Why the last image was not taken. */
  readonly problem: ImageProblem | null;
  readonly addPath: (path: string) => void;
  readonly removePath: (path: string) => void;
  /** Never rejects: what cannot be taken is in `problem`. */
  readonly addImages: (files: readonly File[]) => Promise<void>;
  readonly removeImage: (id: string) => void;
  /** Takes out what was sent; what was added since stays. */
  readonly removeSent: (sent: Attached) => void;
}

/** The server takes no more. */
const MAX_CONTEXT_PATHS = 50;
const NOTHING: Attached = { contextPaths: [], images: [] };

/** Files and images of a project's next prompt, kept in this browser until it is sent. */
export function useAttachments(projectId: string): Attachments {
  const [attached, setAttached] = useState(NOTHING);
  const [isReady, setReady] = useState(false);
  const [problem, setProblem] = useState<ImageProblem | null>(null);
  const now = useRef(NOTHING);
  const key = attachmentKey(projectId);

  const change = useCallback(
    (next: Attached) => {
      now.current = next;
      setAttached(next);
      const isEmpty = next.contextPaths.length === 0 && next.images.length === 0;
      void (isEmpty ? dropDraft(key) : writeDraft(key, next));
    },
    [key],
  );

  useEffect(() => {
    let isThere = true;
    void readDraft<Attached>(key).then((kept) => {
      if (!isThere) return;
      if (kept && now.current === NOTHING) {
        now.current = kept;
        setAttached(kept);
      }
      setReady(true);
    });
    return () => {
      isThere = false;
    };
  }, [key]);

  const addPath = useCallback(
    (path: string) => {
      const { contextPaths, images } = now.current;
      if (contextPaths.includes(path) || contextPaths.length >= MAX_CONTEXT_PATHS) return;
      change({ images, contextPaths: [...contextPaths, path] });
    },
    [change],
  );

  // One after the other: each takes of the room that the last one left.
  const queue = useRef(Promise.resolve());
  /** Never rejects. */
  const addImages = useCallback(
    async (files: readonly File[]) => {
      setProblem(null);
      for (const file of files) {
        queue.current = queue.current.then(async () => {
          try {
            const image = await readNext(file, now.current.images);
            change({ ...now.current, images: [...now.current.images, image] });
          } catch (error) {
            setProblem(toImageProblem(error, file.name));
          }
        });
      }
      await queue.current;
    },
    [change],
  );

  return {
    ...attached,
    ...{ isReady, problem, addPath, addImages },
    removePath: (path) =>
      change({ ...now.current, contextPaths: now.current.contextPaths.filter((each) => each !== path) }),
    removeImage: (id) => {
      setProblem(null);
      change({ ...now.current, images: now.current.images.filter((image) => image.id !== id) });
    },
    removeSent: useCallback(
      (sent: Attached) => {
        setProblem(null);
        const ids = new Set(sent.images.map(({ id }) => id));
        const { contextPaths, images } = now.current;
        change({
          contextPaths: contextPaths.filter((path) => !sent.contextPaths.includes(path)),
          images: images.filter(({ id }) => !ids.has(id)),
        });
      },
      [change],
    ),
  };
}

/** @throws ImageError */
async function readNext(file: File, taken: readonly PromptImage[]): Promise<PromptImage> {
  const room = IMAGE_LIMITS.bytes - taken.reduce((sum, { bytes }) => sum + bytes, 0);
  if (taken.length >= IMAGE_LIMITS.count) throw new ImageError({ kind: 'count', name: file.name, room });
  return readImage(file, room);
}
