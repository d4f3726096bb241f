import { createStore, del, get, keys, set } from 'idb-keyval';

/** What was typed and not sent or saved; it survives reloads and crashes. Kept in this browser only. */
const store = createStore('vibecode-drafts', 'drafts');

/** A browser that keeps nothing (a private window, a full disk) costs the draft, never the page. */
async function orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    console.warn('Drafts are not kept in this browser.', error);
    return undefined;
  }
}

export function readDraft<T>(key: string): Promise<T | undefined> {
  return orNothing(() => get<T>(key, store));
}

export async function writeDraft(key: string, value: unknown): Promise<void> {
  await orNothing(() => set(key, value, store));
}

export async function dropDraft(key: string): Promise<void> {
  await orNothing(() => del(key, store));
}

export async function readDrafts<T>(prefix: string): Promise<{ key: string; value: T }[]> {
  const found = ((await orNothing(() => keys<string>(store))) ?? []).filter((key) => key.startsWith(prefix));
  const drafts = await Promise.all(found.map(async (key) => ({ key, value: await readDraft<T>(key) })));
  return drafts.flatMap(({ key, value }) => (value === undefined ? [] : [{ key, value: value as T }]));
}

/** Everything: the next person at this browser sees nothing of the last. */
export async function dropAllDrafts(): Promise<void> {
  for (const { key } of await readDrafts('')) await dropDraft(key);
}

/** Of the prompt on the first page. */
export const NEW_PROMPT = 'prompt:new';

export const promptKey = (projectId: string) => `prompt:${projectId}`;
export const filePrefix = (projectId: string) => `file:${projectId}:`;
