// The thread that PGlite blocks. Started by `pglite.ts`; speaks to it in the two messages below.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { type PGliteServer, startPGliteServer } from './pglite.server.ts';

export interface PGliteWorkerData {
  /** Path of the socket to serve; left out: answer `dumped` with the fresh data directory as a tar, and do not serve. */
  readonly socketPath?: string;
  /** Directory of the data; undefined keeps it in memory. */
  readonly dataDir?: string;
  /** A data directory, as a gzipped tar, to begin with when there is none. */
  readonly initial?: Uint8Array;
}

export type PGliteWorkerMessage = { readonly type: 'ready' } | { readonly type: 'dumped'; readonly tar: Uint8Array };

if (!parentPort) throw new Error('pglite.worker runs as a worker thread.');
const port = parentPort;
const { socketPath, dataDir, initial } = workerData as PGliteWorkerData;

const db = await PGlite.create({
  ...(dataDir ? { dataDir } : {}),
  ...(initial ? { loadDataDir: new Blob([Buffer.from(initial)]) } : {}),
  extensions: { vector },
  // The default of 128 MB is set aside at once; the files behind it are in the system's cache anyway.
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
});
let server: PGliteServer | undefined;
if (socketPath === undefined) {
  const tar = new Uint8Array(await (await db.dumpDataDir('gzip')).arrayBuffer());
  port.postMessage({ type: 'dumped', tar } satisfies PGliteWorkerMessage);
} else {
  server = await startPGliteServer(db, socketPath);
  port.postMessage({ type: 'ready' } satisfies PGliteWorkerMessage);
}
port.once('message', async () => {
  await server?.[Symbol.asyncDispose]();
  await db.close();
  port.close();
});
