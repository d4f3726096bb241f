import type { Broadcast } from './broadcast/broadcast.ts';
import type { Cache } from './cache/cache.ts';
import type { Documents } from './documents/documents.ts';
import type { EventBus } from './events/bus.ts';
import type { TokenVerifier } from './identity.ts';
import type { Logger } from './log.ts';
import type { ServiceClient } from './service-call.ts';
import type { ServiceDirectory, ServiceName } from './services.ts';
import type { StreamLog } from './stream-log/stream-log.ts';

/**
 * What a service stands on. A service never asks which driver it got: the embedded ones and the real ones keep the same
 * contracts.
 */
export interface Infrastructure {
  readonly service: ServiceName;
  /** Whether all services share this process. Only for choosing defaults, never for another code path. */
  readonly embedded: boolean;
  /** PostgreSQL, for `openDatabase`. */
  readonly databaseUrl: string;
  /** Most database connections at once; small where services share one session. */
  readonly databasePoolSize: number;
  /** Documents of this service. */
  documents(): Promise<Documents>;
  readonly bus: EventBus;
  readonly streamLog: StreamLog;
  readonly cache: Cache;
  readonly broadcast: Broadcast;
  readonly services: ServiceDirectory;
  readonly calls: ServiceClient;
  readonly verifier: TokenVerifier;
  readonly log: Logger;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The credential that services show to auth. */
  readonly serviceSecret: string;
  /** Where the service may keep files of its own; made when absent. */
  readonly dataDir: string;
  /** Settings of the service itself; read by its `env.ts` alone. */
  readonly env: NodeJS.ProcessEnv;
}
