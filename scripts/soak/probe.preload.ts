// Preloaded into the gateway: collects garbage when the soak asks, and says what memory is left then. Needs `--expose-gc`.
const collect = (globalThis as { gc?: () => void }).gc;

process.on('message', (message) => {
  if (message !== 'collect') return;
  collect?.();
  // What the first collection finalizes, the second frees.
  setTimeout(() => {
    collect?.();
    process.send?.(process.memoryUsage());
  }, 300);
});
process.channel?.unref();
