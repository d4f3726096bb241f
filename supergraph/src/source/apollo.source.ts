import type { GraphQLDataSource, SupergraphManager, SupergraphSdlHook } from '@apollo/gateway';
import { AppError, type ErrorCode } from '@vibecode/platform/errors';
import type { Logger } from '@vibecode/platform/log';
import type { SourceContext, StartedSource, SupergraphSource } from './supergraph.source.ts';

type ApolloGateway = typeof import('@apollo/gateway');
type GetDataSource = Parameters<SupergraphSdlHook>[0]['getDataSource'];
type ApolloLogger = Record<'debug' | 'info' | 'warn' | 'error', (message?: unknown) => void>;

export interface ApolloSourceOptions {
  readonly createManager: (gateway: ApolloGateway, log: ApolloLogger) => SupergraphManager;
  /** How a manager reaches subgraphs, for those that do. */
  readonly getDataSource?: (subgraph: { readonly name: string }) => GraphQLDataSource;
  /** Code and beginning of the error when the first supergraph cannot be had. */
  readonly code: ErrorCode;
  readonly failure: string;
}

/** A source run by one of `@apollo/gateway`'s supergraph managers. The package is loaded only now: it takes its time. */
export function apolloSource({ createManager, getDataSource, code, failure }: ApolloSourceOptions): SupergraphSource {
  return {
    async start({ onChange, log }: SourceContext): Promise<StartedSource> {
      const gateway = await import('@apollo/gateway');
      const refuseDataSource: GetDataSource = () => {
        throw new Error('This supergraph manager needs no data sources.');
      };
      const manager = createManager(gateway, toApolloLogger(log));
      const { supergraphSdl, cleanup } = await manager
        .initialize({
          update: onChange,
          // The gateway has data sources of its own; a manager's are not used.
          healthCheck: async () => undefined,
          getDataSource: getDataSource ?? refuseDataSource,
        })
        .catch((cause: Error) => {
          throw new AppError(code, `${failure}: ${cause.message}`, { cause });
        });
      return { sdl: supergraphSdl, [Symbol.asyncDispose]: async () => cleanup?.() };
    },
  };
}

function toApolloLogger(log: Logger): ApolloLogger {
  const write = (level: keyof ApolloLogger) => (message?: unknown) =>
    log[level]({ action: 'supergraph.source' }, String(message));
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
