import type { ApolloClient } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { readFragment } from '../../api/generated/fragment-masking.ts';
import {
  FileAtHeadDocument,
  FileTextDocument,
  SaveFilesDocument,
  VersionRowFragmentDoc,
} from '../../api/generated/graphql.ts';
import { toRefusal } from '../../api/refusal.ts';
import { dropDraft, filePrefix, readDrafts, rescueDraft, writeDraft } from '../../app/drafts.ts';
import { newId } from '../../app/new.id.ts';
import type { Messages } from '../../text/messages.ts';
import { FileDesk, type FileDeskOptions, type FileDraft, MovedOnError } from './file.desk.ts';
import { findFile } from './find.file.ts';

const KEEP_AFTER_MS = 300;

async function toSha256(text: string): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Writes drafts when the keys rest for a moment, and at once when the page goes away. */
function createDraftKeeper(): (key: string, draft: FileDraft | null) => void {
  const waiting = new Map<string, FileDraft>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    clearTimeout(timer);
    for (const [key, draft] of waiting) void writeDraft(key, draft);
    waiting.clear();
  };
  addEventListener('pagehide', () => {
    for (const [key, draft] of waiting) rescueDraft(key, draft);
    flush();
  });
  return (key, draft) => {
    waiting.delete(key);
    if (!draft) return void dropDraft(key);
    waiting.set(key, draft);
    clearTimeout(timer);
    timer = setTimeout(flush, KEEP_AFTER_MS);
  };
}

/** Connects a desk to the API and to the drafts of this browser. */
function createOptions(client: ApolloClient, projectId: string, text: Messages): FileDeskOptions {
  const keep = createDraftKeeper();
  return {
    async load(path, version) {
      if (version !== null) {
        const project = await findFile(client, FileTextDocument, { projectId, path, version });
        return { file: project?.file ?? null, version };
      }
      const project = await findFile(client, FileAtHeadDocument, { projectId, path });
      return { file: project?.file ?? null, version: project?.head.number ?? 0 };
    },
    async save(baseVersion, files) {
      const message = text.files.saveMessage(files.map(({ path }) => path).join(', ')).slice(0, 200);
      const changes = files.map(({ path, content, ifSha256 }) => ({
        operation: 'WRITE' as const,
        path,
        content,
        ...(ifSha256 && { ifSha256 }),
      }));
      const input = { projectId, baseVersion, message, changes, idempotencyKey: newId() };
      try {
        const { data } = await client.mutate({ mutation: SaveFilesDocument, variables: { input } });
        if (!data) throw new Error('The files were not saved.');
        return readFragment(VersionRowFragmentDoc, data.applyChangeset).number;
      } catch (error) {
        const { code, message: said } = toRefusal(error);
        throw code === 'PROJECT_VERSION_CONFLICT' || code === 'CONFLICT' ? new MovedOnError(said) : error;
      }
    },
    sha256: toSha256,
    keepDraft(path, draft) {
      keep(`${filePrefix(projectId)}${path}`, draft);
    },
  };
}

export interface OpenDesk {
  readonly desk: FileDesk;
  readonly files: ReturnType<FileDesk['files']>;
  /** Whether edits from before the page was closed were taken up. */
  readonly isRestored: boolean;
}

/** The desk of a project, with the edits that were kept. Null until those are known. */
export function useFileDesk(projectId: string, head: number | null, text: Messages): OpenDesk | null {
  const client = useApolloClient();
  const [opened, setOpened] = useState<{ readonly desk: FileDesk; readonly isRestored: boolean } | null>(null);
  const isReady = head !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a later head moves the desk, it does not make another one
  useEffect(() => {
    if (head === null) return;
    let isThere = true;
    const desk = new FileDesk(head, createOptions(client, projectId, text));
    const prefix = filePrefix(projectId);
    void readDrafts<FileDraft>(prefix).then((drafts) => {
      if (!isThere) return;
      for (const { key, value } of drafts) desk.restore(key.slice(prefix.length), value);
      setOpened({ desk, isRestored: drafts.length > 0 });
    });
    return () => {
      isThere = false;
      setOpened(null);
    };
  }, [client, projectId, isReady]);
  const files = useSyncExternalStore(opened?.desk.subscribe ?? subscribeToNothing, opened?.desk.files ?? noFiles);
  return opened && { ...opened, files };
}

const NO_FILES: ReturnType<FileDesk['files']> = new Map();
const noFiles = () => NO_FILES;
const subscribeToNothing = () => () => undefined;
