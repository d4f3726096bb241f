import { parentPort } from 'node:worker_threads';
import type { OutputStream, Program } from '../sandbox.ts';
import type { FromWorker } from './javascript.interpreter.ts';
import { createQuickJsRun } from './quickjs.run.ts';

// The worker thread for one program. QuickJS is loaded before the program arrives.
const port = parentPort!;
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const run = await createQuickJsRun((stream: OutputStream, bytes: Uint8Array<ArrayBuffer>) =>
  send({ type: 'output', stream, bytes }, [bytes.buffer]),
);
port.once('message', async (program: Program) => {
  const end = await run(program);
  send({ type: 'end', end });
});
send({ type: 'ready' });
