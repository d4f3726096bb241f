import { createStore, del, get, keys, set } from 'idb-keyval';

/** What was typed and not sent or saved; it survives reloads and crashes. Kept in this browser only. */
const store = createStore('vibecode-drafts', 'drafts');

/** Never rejects: a browser that keeps nothing (a private window, a full disk) costs the draft, never the page. */
async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    console.warn('Drafts are not kept in this browser.', error);
    return undefined;
  }
}

/**
 * IndexedDB finishes nothing once a page goes away; this storage is written at once. What stands in it is newer than the
 * store's, and moves there when the page is next opened.
 */
const RESCUED = 'rescued-draft:';

/** For the last moment of a page: without waiting, and for what fits. */
export function rescueDraft(key: string, value: unknown): void {
  try {
    localStorage.setItem(`${RESCUED}${key}`, JSON.stringify(value));
  } catch (error) {
    console.warn('A draft is too large to be kept at once.', error);
  }
}

const settled = orNothing(async () => {
  const found = Object.keys(localStorage).filter((name) => name.startsWith(RESCUED));
  for (const name of found) {
    const text = localStorage.getItem(name) ?? 'null';
    await orNothing(() => set(name.slice(RESCUED.length), JSON.parse(text), store));
    localStorage.removeItem(name);
  }
});

/** Never rejects; undefined for nothing. */
export async function readDraft<T>(key: string): Promise<T | undefined> {
  return orNothing(async () => {
    await settled;
    return get<T>(key, store);
  });
}

/** Never rejects. */
export async function writeDraft(key: string, value: unknown): Promise<void> {
  await orNothing(() => set(key, value, store));
}

/** Never rejects. */
export async function dropDraft(key: string): Promise<void> {
  await orNothing(() => del(key, store));
}

/** Never rejects. */
export async function readDrafts<T>(prefix: string): Promise<{ key: string; value: T }[]> {
  await orNothing(() => settled);
  const found = ((await orNothing(() => keys<string>(store))) ?? []).filter((key) => key.startsWith(prefix));
  const drafts = await orNothing(() =>
    Promise.all(found.map(async (key) => ({ key, value: await readDraft<T>(key) }))),
  );
  return (drafts ?? []).flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value: value as T }]));
}

/** Everything: the next person at this browser sees nothing of the last. */
export async function dropAllDrafts(): Promise<void> {
  for (const { key } of await readDrafts('')) await dropDraft(key);
}

/** Of the prompt on the first page. */
export const NEW_PROMPT = 'prompt:new';

export const promptKey = (projectId: string) => `prompt:${projectId}`;
export const filePrefix = (projectId: string) => `file:${projectId}:`;
export const attachmentKey = (projectId: string) => `attached:${projectId}`;
