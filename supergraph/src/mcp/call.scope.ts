import type { Logger } from '@vibecode/platform/log';
import type { PlannedEndpoint } from '../pipeline/core.ts';
import type { Identity } from '../request/context.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { ServedTools } from './served.tools.ts';
import type { ToolClient } from './tool.context.ts';

/** The version of the graph that new requests meet. */
export interface GraphInForce extends PlannedEndpoint {
  /** Null where a reload has switched MCP off. */
  readonly tools: ServedTools | null;
}

/** What all calls of one HTTP request run in. */
export interface CallScope {
  readonly tools: ServedTools;
  /** The graph that the tools were checked against. */
  readonly endpoint: PlannedEndpoint;
  /** The graph now, for what runs at the end of a call that has outlived a reload. */
  readonly inForce: () => GraphInForce;
  /** Exchanges an API key again. Rejects where the client is no longer who it was. */
  readonly identifyAgain: () => Promise<Identity | null>;
  readonly client: ToolClient;
  readonly telemetry: Telemetry | undefined;
  readonly path: string;
  readonly log: Logger;
  /** Called before the pipeline takes an operation, which it counts for the rate limit. */
  readonly onOperation: () => void;
}
