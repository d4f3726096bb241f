import type { ApolloCache } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useCallback, useRef, useState } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  GenerationCardFragmentDoc,
  StartGenerationDocument,
  type StartGenerationMutation,
  WorkspaceDocument,
} from '../../api/generated/graphql.ts';
import { newId } from '../../app/new.id.ts';

interface Wanted {
  readonly text: string;
  /** Empty for the default one. */
  readonly model: string;
  /** 0 leaves it to the server. */
  readonly maxTokens: number;
  readonly review: boolean;
  readonly contextPaths: readonly string[];
  /** Data URLs. */
  readonly images: readonly string[];
}

/** Starts generations of a project, one at a time, and each once even when it is sent again after a failure. */
export function useStartGeneration(projectId: string) {
  const client = useApolloClient();
  const [sending, setSending] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [startedId, setStartedId] = useState<string | null>(null);
  const isBusy = useRef(false);
  const sent = useRef<{ readonly key: string; readonly id: string; readonly parentId: string | null } | null>(null);

  /** @returns whether the server has it. Never rejects: what goes wrong is in `error` */
  const start = useCallback(
    async (wanted: Wanted): Promise<boolean> => {
      if (isBusy.current) return false;
      const { text, model, maxTokens, review, contextPaths, images } = wanted;
      isBusy.current = true;
      setSending(text);
      setError(null);
      const key = JSON.stringify(wanted);
      // The same prompt after an answer that never came is the same request: it starts once.
      if (sent.current?.key !== key) sent.current = { key, id: newId(), parentId: findNewest(client.cache, projectId) };
      const { id, parentId } = sent.current;
      const input = {
        ...{ projectId, prompt: text, parentId, clientRequestId: id },
        ...(model && { model }),
        ...(maxTokens > 0 && { maxTokens }),
        ...(review && { review }),
        ...(contextPaths.length > 0 && { contextPaths: [...contextPaths] }),
        ...(images.length > 0 && { images: [...images] }),
      };
      try {
        const { data } = await client.mutate({
          mutation: StartGenerationDocument,
          variables: { input },
          update: (cache, { data: started }) => started && addToProject(cache, projectId, started.startGeneration),
        });
        sent.current = null;
        if (data) setStartedId(readFragment(GenerationCardFragmentDoc, data.startGeneration).id);
        return true;
      } catch (failure) {
        setError(failure);
        return false;
      } finally {
        isBusy.current = false;
        setSending(null);
      }
    },
    [client, projectId],
  );
  return { start, isBusy, sending, error, startedId };
}

/** What was asked last in this project: the model is told of it, and of what was asked before that. */
function findNewest(cache: ApolloCache, projectId: string): string | null {
  const found = cache.readQuery({ query: WorkspaceDocument, variables: { id: projectId } });
  const [newest] = readFragment(GenerationCardFragmentDoc, found?.project?.generations?.nodes ?? []);
  return newest?.id ?? null;
}

/** Without asking again: the newest one stands in front of those that are known. */
function addToProject(cache: ApolloCache, projectId: string, started: StartGenerationMutation['startGeneration']) {
  cache.updateQuery({ query: WorkspaceDocument, variables: { id: projectId } }, (found) => {
    if (!found?.project?.generations) return found;
    const { generations } = found.project;
    const nodes = [started, ...generations.nodes];
    const added = { ...generations, nodes, totalCount: generations.totalCount + 1 };
    return { ...found, project: { ...found.project, generations: added } };
  });
}
