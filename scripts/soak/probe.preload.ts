// Preloaded into the gateway: collects garbage on request, and reports the memory after that. Needs `--expose-gc`.
const collect = (globalThis as { gc?: () => void }).gc;

process.on('message', (message) => {
  if (message !== 'collect') return;
  collect?.();
  // The second collection frees objects that the first one finalized.
  setTimeout(() => {
    collect?.();
    process.send?.(process.memoryUsage());
  }, 300);
});
process.channel?.unref();
