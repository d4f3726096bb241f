// Opens streams on request, and counts their events.
import { readClockMs } from './feed.ts';
import { StreamClient } from './stream.client.ts';
import type { StreamCommand, StreamLoad, StreamOutcome, StreamReply } from './stream.clients.ts';

/** Connections that are opened concurrently. */
const OPENING = 50;

const held: StreamClient[] = [];

async function open({ tokens, ...load }: StreamLoad): Promise<StreamClient[]> {
  const clients: StreamClient[] = [];
  for (let first = 0; first < tokens.length; first += OPENING) {
    const opened = tokens
      .slice(first, first + OPENING)
      .map((token) => new StreamClient({ ...load, token, readClockMs }));
    await Promise.all(opened.map((client) => client.begun));
    clients.push(...opened);
  }
  return clients;
}

function toOutcome(clients: readonly StreamClient[]): StreamOutcome {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    received: sum(clients.map(({ received }) => received)),
    missed: sum(clients.map(({ missed }) => missed)),
    failures: clients.flatMap(({ failure }) => failure ?? []),
    delaysMs: clients.flatMap(({ delaysMs }) => delaysMs),
  };
}

async function run(load: StreamLoad): Promise<StreamOutcome> {
  const clients = await open(load);
  await Promise.all(clients.map((client) => client.ended));
  return toOutcome(clients);
}

async function obey(command: StreamCommand): Promise<readonly StreamOutcome[]> {
  switch (command.kind) {
    case 'run':
      return Promise.all(command.loads.map(run));
    case 'hold':
      held.push(...(await open(command.load)));
      return [];
    case 'look':
      return [toOutcome(held)];
    case 'release':
      await Promise.all(held.splice(0).map((client) => client.close()));
      return [];
  }
}

process.on('message', (command: StreamCommand) => {
  obey(command).then(
    (outcomes) => process.send?.({ outcomes } satisfies StreamReply),
    (error) => process.send?.({ failure: String(error?.stack ?? error) } satisfies StreamReply),
  );
});
process.on('disconnect', () => process.exit());
