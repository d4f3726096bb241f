// Preloaded into each gateway: collects garbage when the bench asks, so that memory can be told from what waits to be
// collected. It needs `--expose-gc`, and holds up neither the event loop nor the end of the process.
const collect = (globalThis as { gc?: () => void }).gc;

process.on('message', (message) => {
  if (message !== 'collect') return;
  collect?.();
  // What the first collection finalizes, the second frees.
  setTimeout(() => {
    collect?.();
    process.send?.(process.memoryUsage());
  }, 500);
});
// A bench that was interrupted leaves nothing behind.
process.on('disconnect', () => process.exit());
process.channel?.unref();
