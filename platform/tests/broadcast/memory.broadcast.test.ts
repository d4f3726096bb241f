import { createMemoryBroadcast } from '../../src/broadcast/memory.broadcast.ts';
import { createLog } from '../../src/log.ts';
import { describeBroadcast } from './broadcast.contract.ts';

describeBroadcast('memory', async () => {
  const broadcast = createMemoryBroadcast({ log: createLog({ service: 'test', level: 'silent' }) });
  return { here: broadcast, there: broadcast, [Symbol.asyncDispose]: () => broadcast[Symbol.asyncDispose]() };
});
