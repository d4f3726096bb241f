/**
 * One refresh at a time, in all tabs together: a refresh token is good for one use, and a second use ends the session. A tab
 * that waited while another refreshed has the new cookies already.
 */
const LOCK = 'vibecode.refresh';
const DONE = 'vibecode.refreshed-at';

/** Sends the mutation; true when the session goes on. */
type SendRefresh = () => Promise<boolean>;

let underWay: Promise<boolean> | null = null;

/** @returns whether there is a session */
export function refreshSession(send: SendRefresh = sendRefresh): Promise<boolean> {
  underWay ??= inOneTab(send).finally(() => {
    underWay = null;
  });
  return underWay;
}

const ended = new EventTarget();

/** The server says that nobody is signed in any more. */
export function tellSessionEnded(): void {
  ended.dispatchEvent(new Event('end'));
}

/** @returns how to stop listening */
export function onSessionEnded(listener: () => void): () => void {
  ended.addEventListener('end', listener);
  return () => ended.removeEventListener('end', listener);
}

async function inOneTab(send: SendRefresh): Promise<boolean> {
  const askedAt = Date.now();
  if (!('locks' in navigator)) return send();
  return navigator.locks.request(LOCK, async () => {
    if (readDoneAt() >= askedAt) return true;
    const isSignedIn = await send();
    if (isSignedIn) localStorage.setItem(DONE, String(Date.now()));
    return isSignedIn;
  });
}

function readDoneAt(): number {
  return Number(localStorage.getItem(DONE) ?? 0);
}

async function sendRefresh(): Promise<boolean> {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'mutation Refresh { refresh { accessTokenExpiresAt } }', operationName: 'Refresh' }),
  });
  const { data } = (await response.json()) as { data?: { refresh?: unknown } | null };
  return Boolean(data?.refresh);
}
