import type { Span } from '@opentelemetry/api';
import type { RequestContext } from '../request/context.ts';
import type { ResumptionReason } from './gateway.metrics.ts';
import type { Telemetry } from './telemetry.ts';

/** What is noted of a subscription's events. */
export class StreamWatch {
  constructor(
    private readonly subgraph: string,
    private readonly telemetryOf: () => Telemetry,
  ) {
    telemetryOf().metrics?.subscribed(subgraph);
  }

  /** An event goes to the client as it came. */
  forwarded({ watch }: RequestContext): void {
    this.telemetryOf().metrics?.sentEvent(this.subgraph);
    watch?.trace?.recorded?.startEvent(this.subgraph, 1).end();
  }

  /** An event that was completed goes to the client. */
  sent(): void {
    this.telemetryOf().metrics?.sentEvent(this.subgraph);
  }

  /** Events are being completed: what is fetched until the span ends is for them. */
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
