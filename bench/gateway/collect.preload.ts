// Preloaded into each gateway: collects garbage on request, so that a measurement of memory does not include garbage. It needs
// `--expose-gc`, and delays neither the event loop nor the end of the process.
const collect = (globalThis as { gc?: () => void }).gc;

process.on('message', (message) => {
  if (message !== 'collect') return;
  collect?.();
  // The second collection frees objects that the first one finalized.
  setTimeout(() => {
    collect?.();
    process.send?.(process.memoryUsage());
  }, 500);
});
// An interrupted benchmark leaves no process behind.
process.on('disconnect', () => process.exit());
process.channel?.unref();
