import { useCallback, useEffect, useState } from 'react';
import { dropDraft, promptKey, readDraft, writeDraft } from '../../app/drafts.ts';
import { readAnswerLength, storeAnswerLength } from './answer.length.ts';
import { readReviewChoice, storeReviewChoice } from './review.choice.ts';
import { useStartGeneration } from './use.start.generation.ts';

const MODEL = 'model';

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
  setPrompt(prompt: string): void;
  setModel(model: string): void;
  setMaxTokens(maxTokens: number): void;
  setReview(review: boolean): void;
  /** What is in the box with what was chosen, or the text and length that are given. */
  send(text?: string, maxTokens?: number): Promise<void>;
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

  const send = useCallback(
    async (text = prompt, maxTokens = length) => {
      if (text.trim() === '' || isBusy.current) return;
      // The draft stays until the server has the prompt, in case the page is closed meanwhile.
      setText('');
      const isStarted = await start({ text, model, maxTokens, review });
      setText((typed) => {
        if (!isStarted) return typed === '' || typed === text ? text : `${text}\n\n${typed}`;
        if (typed === '') void dropDraft(promptKey(projectId));
        return typed;
      });
    },
    [start, isBusy, projectId, prompt, model, length, review],
  );

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
    ...{ prompt, model, maxTokens: length, review, sending, error, startedId, isReady, isKept },
    ...{ setPrompt, setModel, setMaxTokens, setReview, send },
  };
}
