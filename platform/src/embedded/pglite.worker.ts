// The worker thread for PGlite, which blocks its thread. `pglite.ts` starts it; both use the message types below.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { type PGliteServer, startPGliteServer } from './pglite.server.ts';
import { StorageGuard } from './storage.guard.ts';

export interface PGliteWorkerData {
  /** Path of the socket. Without it, the thread sends `dumped` with a new data directory as a tar, and does not listen. */
  readonly socketPath?: string;
  /** Directory of the data. Default: in memory. */
  readonly dataDir?: string;
  /** Initial contents of a new data directory, as a gzipped tar. */
  readonly initial?: Uint8Array;
}

export type PGliteWorkerMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'dumped'; readonly tar: Uint8Array }
  | { readonly type: 'storage'; readonly full: boolean; readonly freeBytes: number }
  | { readonly type: 'broken'; readonly reason: string };

if (!parentPort) throw new Error('pglite.worker must run as a worker thread.');
const port = parentPort;
const send = (message: PGliteWorkerMessage) => port.postMessage(message);
const { socketPath, dataDir, initial } = workerData as PGliteWorkerData;

if (dataDir) StorageGuard.release(dataDir);
const db = await PGlite.create({
  ...(dataDir ? { dataDir } : {}),
  ...(initial ? { loadDataDir: new Blob([Buffer.from(initial)]) } : {}),
  extensions: { vector },
  // The default of 128 MB would be allocated at once, although the system caches the files anyway. A checkpoint keeps three
  // segments of the log for reuse.
  startParams: [
    ...PGlite.defaultStartParams,
    '-c',
    'shared_buffers=16MB',
    '-c',
    'min_wal_size=48MB',
    '-c',
    'max_wal_size=64MB',
  ],
});

/**
 * Ends this thread without closing the database. Its memory may be corrupt, but the data that it has written is not, and the
 * next start recovers from it.
 */
function onBroken({ message }: Error): void {
  send({ type: 'broken', reason: message });
  // After the pending answers have been sent.
  setImmediate(() => process.exit(1));
}

let server: PGliteServer | undefined;
if (socketPath === undefined) {
  send({ type: 'dumped', tar: new Uint8Array(await (await db.dumpDataDir('gzip')).arrayBuffer()) });
} else {
  const guard =
    dataDir && (await StorageGuard.open(db, dataDir, (full, freeBytes) => send({ type: 'storage', full, freeBytes })));
  server = await startPGliteServer(db, { path: socketPath, ...(guard ? { guard } : {}), onBroken });
  send({ type: 'ready' });
}
port.once('message', async () => {
  await server?.[Symbol.asyncDispose]();
  if (dataDir) StorageGuard.release(dataDir);
  await db.close();
  port.close();
});
