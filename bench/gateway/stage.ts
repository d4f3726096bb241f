import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { type RunningContestant, spawnNode, startContestant, stop } from './contestant.process.ts';
import type { Contestant, ContestantFiles } from './contestants.ts';
import { feedTypeDefs } from './feed.ts';
import { graph } from './graph.ts';
import { toBenchConfig } from './shipped.config.ts';
import { StreamClients } from './stream.clients.ts';
import { startViewers, type Viewers } from './viewers.ts';

/** The process of the streams' subgraph. */
export interface Feed {
  readonly url: string;
  readonly pid: number;
  /** @param perSecond notices per second to all open streams together; 0 stops them */
  sendNotices(perSecond: number): void;
  state(): Promise<{ readonly openStreams: number; readonly sentNotices: number }>;
}

/** The processes that run while the benchmark measures. */
export interface Stage extends AsyncDisposable {
  /** The first is our gateway as it is shipped. */
  readonly gateways: readonly RunningContestant[];
  readonly viewers: Viewers;
  readonly feed: Feed;
  readonly clients: StreamClients;
  /** Of the subgraphs but the streams', by name. */
  readonly urls: Readonly<Record<string, string>>;
  readonly files: ContestantFiles;
  /** One more process of a gateway, which has served nothing yet. */
  startFresh(contestant: Contestant): Promise<RunningContestant>;
}

export async function startStage(contestants: readonly Contestant[], starts: number): Promise<Stage> {
  await using starting = new AsyncDisposableStack();
  const subgraphs = spawnNode([join(import.meta.dirname, 'subgraphs.process.ts')]);
  starting.defer(() => stop(subgraphs));
  const feedProcess = spawnNode([join(import.meta.dirname, 'feed.process.ts')]);
  starting.defer(() => stop(feedProcess));
  const [[urls], [feedUrl]] = await Promise.all([once(subgraphs, 'message'), once(feedProcess, 'message')]);
  const viewers = starting.use(await startViewers());
  const clients = starting.use(new StreamClients());

  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  starting.defer(() => rmSync(folder, { recursive: true }));
  const files = {
    supergraphPath: join(folder, 'supergraph.graphql'),
    configPath: join(folder, 'router-config.yaml'),
    urls: urls as Readonly<Record<string, string>>,
  };
  writeFileSync(files.supergraphPath, compose({ ...urls, feed: feedUrl }));
  writeFileSync(files.configPath, toBenchConfig(viewers.jwksUrl));
  const gateways: RunningContestant[] = [];
  for (const contestant of contestants) {
    gateways.push(starting.use(await startContestant(contestant, files, starts)));
  }
  const owned = starting.move();
  return {
    gateways,
    urls,
    files,
    viewers,
    clients,
    startFresh: (contestant) => startContestant(contestant, files, 1),
    feed: {
      url: feedUrl,
      pid: feedProcess.pid as number,
      sendNotices: (perSecond) => void feedProcess.send(perSecond),
      async state() {
        const response = await fetch(feedUrl, { method: 'POST', body: '{"query":"{ openStreams sentNotices }"}' });
        return ((await response.json()) as { data: Awaited<ReturnType<Feed['state']>> }).data;
      },
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The supergraph of all that the bench serves, at these addresses. */
export function compose(urls: Readonly<Record<string, string>>): string {
  const { supergraphSdl, errors } = composeServices([
    ...graph.map(({ name, typeDefs }) => ({ name, url: urls[name] ?? '', typeDefs: parse(typeDefs) })),
    { name: 'feed', url: urls.feed ?? '', typeDefs: parse(feedTypeDefs) },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}
