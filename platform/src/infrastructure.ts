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
 * The drivers and settings of a service. A service never checks which drivers it has: embedded and real ones have the same
 * contracts.
 */
export interface Infrastructure {
  readonly service: ServiceName;
  /** Whether all services share this process. Only for choosing defaults, never for a separate code path. */
  readonly embedded: boolean;
  /** PostgreSQL, for `openDatabase`. */
  readonly databaseUrl: string;
  /** Maximum of concurrent database connections; small if services share one session. */
  readonly databasePoolSize: number;
  /** Opens the documents of this service. */
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
  /** 0 selects a free port. */
  readonly port: number;
  /** The credential with which services authenticate to auth. */
  readonly serviceSecret: string;
  /** Directory for the service's own files. The service creates it if it is missing. */
  readonly dataDir: string;
  /** Settings of the service itself; read by its `env.ts` alone. */
  readonly env: NodeJS.ProcessEnv;
}
