// Preloaded into each process: on SIGUSR2 it collects garbage, and says how much memory is still held.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collect();
  // The second collection frees objects that the first one finalized.
  setTimeout(() => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    process.stdout.write(`${JSON.stringify({ heldBytes: heapUsed + external })}\n`);
  }, 500);
});
