import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import { GenerationCardFragmentDoc, StartGenerationDocument, WorkspaceDocument } from '../../api/generated/graphql.ts';
import { dropDraft, promptKey, readDraft, writeDraft } from '../../app/drafts.ts';
import { newId } from '../../app/new.id.ts';

const MODEL = 'model';

export interface Prompt {
  readonly prompt: string;
  readonly model: string;
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
  /** What is in the box, or the text that is given. */
  send(text?: string): Promise<void>;
}

/** The prompt of a project: kept as it is typed, sent once even when it is sent again after a failure. */
export function usePrompt(projectId: string): Prompt {
  const client = useApolloClient();
  const [prompt, setText] = useState('');
  const [model, chooseModel] = useState(() => localStorage.getItem(MODEL) ?? '');
  const [sending, setSending] = useState<string | null>(null);
  const [isReady, setReady] = useState(false);
  const [isKept, setKept] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [startedId, setStartedId] = useState<string | null>(null);
  const isBusy = useRef(false);
  const sent = useRef<{ readonly key: string; readonly id: string } | null>(null);

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
    async (text = prompt) => {
      if (text.trim() === '' || isBusy.current) return;
      isBusy.current = true;
      setSending(text);
      setText('');
      setError(null);
      const key = JSON.stringify([text, model]);
      // The same prompt after an answer that never came is the same request: it starts once.
      if (sent.current?.key !== key) sent.current = { key, id: newId() };
      const input = { projectId, prompt: text, clientRequestId: sent.current.id, ...(model && { model }) };
      try {
        const { data: started } = await client.mutate({
          mutation: StartGenerationDocument,
          variables: { input },
          update(cache, { data }) {
            if (!data) return;
            cache.updateQuery({ query: WorkspaceDocument, variables: { id: projectId } }, (found) => {
              if (!found?.project?.generations) return found;
              const { generations } = found.project;
              const nodes = [data.startGeneration, ...generations.nodes];
              return {
                ...found,
                project: {
                  ...found.project,
                  generations: { ...generations, nodes, totalCount: generations.totalCount + 1 },
                },
              };
            });
          },
        });
        sent.current = null;
        if (started) setStartedId(readFragment(GenerationCardFragmentDoc, started.startGeneration).id);
        // The draft stood until now, in case the page had been closed meanwhile.
        setText((typed) => {
          if (typed === '') void dropDraft(promptKey(projectId));
          return typed;
        });
      } catch (failure) {
        setError(failure);
        setText((typed) => (typed === '' ? text : `${text}\n\n${typed}`));
      } finally {
        isBusy.current = false;
        setSending(null);
      }
    },
    [client, projectId, prompt, model],
  );

  const setModel = useCallback((chosen: string) => {
    chooseModel(chosen);
    if (chosen) localStorage.setItem(MODEL, chosen);
    else localStorage.removeItem(MODEL);
  }, []);

  return { prompt, model, sending, error, startedId, isReady, isKept, setPrompt, setModel, send };
}
