import { useCallback, useEffect, useRef, useState } from 'react';
import { dropDraft, promptKey, readDraft, writeDraft } from '../../app/drafts.ts';
import { readAnswerLength, storeAnswerLength } from './answer.length.ts';
import { readReviewChoice, storeReviewChoice } from './review.choice.ts';
import { type Attachments, useAttachments } from './use.attachments.ts';
import { useStartGeneration } from './use.start.generation.ts';

const MODEL = 'model';

/** What is sent where it is not what was chosen in the box. */
export interface SendOptions {
  readonly text?: string;
  readonly maxTokens?: number;
  readonly model?: string;
  readonly images?: readonly [];
}

export interface Prompt {
  readonly prompt: string;
  readonly model: string;
  /** Tokens that the answer may take; 0 leaves it to the server. */
  readonly maxTokens: number;
  /** Whether the changes are shown before they reach the project. */
  readonly review: boolean;
  /** What is on its way to the server; null when nothing is. */
  readonly sending: string | null;
  readonly error: unknown;
  /** False until the draft of last time is there. */
  readonly isReady: boolean;
  /** The generation that was started here last. */
  readonly startedId: string | null;
  /** Whether the text is a draft of last time. */
  readonly isKept: boolean;
  /** Files and images that go with it. */
  readonly attachments: Attachments;
  setPrompt(prompt: string): void;
  setModel(model: string): void;
  setMaxTokens(maxTokens: number): void;
  setReview(review: boolean): void;
  /** What is in the box with what was chosen, or else what is given. Never rejects: what is refused is in `error`. */
  send(options?: SendOptions): Promise<void>;
  /** Sends again what was refused, from the box or not, with what is chosen otherwise. Never rejects. */
  retry(options?: SendOptions): Promise<void>;
}

/** The prompt of a project: kept as it is typed, and back in its box when it did not reach the server. */
export function usePrompt(projectId: string): Prompt {
  const [prompt, setText] = useState('');
  const [model, chooseModel] = useState(() => localStorage.getItem(MODEL) ?? '');
  const [length, chooseLength] = useState(readAnswerLength);
  const [review, chooseReview] = useState(readReviewChoice);
  const [isReady, setReady] = useState(false);
  const [isKept, setKept] = useState(false);
  const { start, isBusy, sending, error, startedId } = useStartGeneration(projectId);
  const attachments = useAttachments(projectId);
  const { contextPaths, images: chosenImages, removeSent } = attachments;

  useEffect(() => {
    let isThere = true;
    void readDraft<string>(promptKey(projectId)).then((kept) => {
      if (!isThere) return;
      if (kept) {
        setText((typed) => typed || kept);
        setKept(true);
      }
      setReady(true);
    });
    return () => {
      isThere = false;
    };
  }, [projectId]);

  const setPrompt = useCallback(
    (text: string) => {
      setText(text);
      setKept(false);
      void (text ? writeDraft(promptKey(projectId), text) : dropDraft(promptKey(projectId)));
    },
    [projectId],
  );

  const given = useRef<SendOptions>({});
  /** Never rejects. */
  const send = useCallback(
    async (options: SendOptions = {}) => {
      const { text, images, ...chosen } = { text: prompt, images: chosenImages, maxTokens: length, model, ...options };
      if (text.trim() === '' || isBusy.current) return;
      given.current = options.text === undefined ? {} : options;
      if (options.text !== undefined) {
        // Not what is in the box: that stays, with what goes with it.
        await start({ text, review, contextPaths: [], images: [], ...chosen });
        return;
      }
      // The draft stays until the server has the prompt, in case the page is closed meanwhile.
      setText('');
      const isStarted = await start({ text, review, contextPaths, images: images.map(({ url }) => url), ...chosen });
      if (isStarted) removeSent({ contextPaths, images: chosenImages });
      setText((typed) => {
        if (!isStarted) return typed === '' || typed === text ? text : `${text}\n\n${typed}`;
        if (typed === '') void dropDraft(promptKey(projectId));
        return typed;
      });
    },
    [start, isBusy, projectId, prompt, model, length, review, contextPaths, chosenImages, removeSent],
  );
  const retry = useCallback((options: SendOptions = {}) => send({ ...given.current, ...options }), [send]);

  const setModel = useCallback((chosen: string) => {
    chooseModel(chosen);
    if (chosen) localStorage.setItem(MODEL, chosen);
    else localStorage.removeItem(MODEL);
  }, []);

  const setMaxTokens = useCallback((chosen: number) => {
    chooseLength(chosen);
    storeAnswerLength(chosen);
  }, []);

  const setReview = useCallback((chosen: boolean) => {
    chooseReview(chosen);
    storeReviewChoice(chosen);
  }, []);

  return {
    ...{ prompt, model, maxTokens: length, review, sending, error, startedId, isKept, attachments },
    isReady: isReady && attachments.isReady,
    ...{ setPrompt, setModel, setMaxTokens, setReview, send, retry },
  };
}
