import type { Span } from '@opentelemetry/api';
import type { RequestContext } from '../request/context.ts';
import type { ResumptionReason } from './gateway.metrics.ts';
import type { Telemetry } from './telemetry.ts';

/** Counts and traces a subscription's events. */
export class StreamWatch {
  constructor(
    private readonly subgraph: string,
    private readonly telemetryOf: () => Telemetry,
  ) {
    telemetryOf().metrics?.subscribed(subgraph);
  }

  /** Called when an event is forwarded unchanged to the client. */
  forwarded({ watch }: RequestContext): void {
    this.telemetryOf().metrics?.sentEvent(this.subgraph);
    watch?.trace?.recorded?.startEvent(this.subgraph, 1).end();
  }

  /** Called when an event that other subgraphs completed is sent to the client. */
  sent(): void {
    this.telemetryOf().metrics?.sentEvent(this.subgraph);
  }

  /** Starts a span for completing events. Fetches are its children until it ends. */
  startCompletion({ watch }: RequestContext, events: number): Span | undefined {
    return watch?.trace?.recorded?.startEvent(this.subgraph, events);
  }

  resumes(reason: ResumptionReason): void {
    this.telemetryOf().metrics?.resumed(reason);
  }

  endsTooSlow(): void {
    this.telemetryOf().metrics?.endedTooSlow();
  }
}
