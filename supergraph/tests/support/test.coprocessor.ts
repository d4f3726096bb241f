import type { ServerResponse } from 'node:http';
import type { StageMessage, StageName } from '../../src/edge/coprocessor.message.ts';
import { startServer, type TestServer } from './source.fixture.ts';

type Reply = Readonly<Record<string, unknown>>;
type Answer = (
  message: StageMessage,
  response: ServerResponse,
) => Reply | null | undefined | Promise<Reply | null | undefined>;

export interface TestCoprocessor extends TestServer {
  /** What it was sent, in order. */
  readonly messages: StageMessage[];
  at(stage: StageName): StageMessage[];
  /** Settles once so many messages have come. */
  until(count: number): Promise<void>;
}

/**
 * A coprocessor over real HTTP. It continues, with what the answers by stage change.
 * @param answers null for one that has answered by itself, or never does
 */
export async function startCoprocessor(answers: Partial<Record<StageName, Answer>> = {}): Promise<TestCoprocessor> {
  const messages: StageMessage[] = [];
  const waiting = new Set<() => void>();
  const server = await startServer(async (_request, response, body) => {
    const message = JSON.parse(body) as StageMessage;
    messages.push(message);
    for (const look of [...waiting]) look();
    const change = await answers[message.stage]?.(message, response);
    if (change === null) return;
    const { version, stage, id, subgraphRequestId } = message;
    const reply = { version, stage, id, subgraphRequestId, control: 'continue', ...change };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
  return {
    ...server,
    messages,
    at: (stage) => messages.filter((message) => message.stage === stage),
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (messages.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}
