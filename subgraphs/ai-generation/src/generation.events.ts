import type { GenerationStatus } from './generation.status.ts';

/** What is written to the stream log and to `generation_event`, without the `seq` that both keep beside it. */
export type GenerationEventData =
  | { readonly type: 'StatusChanged'; readonly status: GenerationStatus }
  | { readonly type: 'TokenDelta'; readonly text: string }
  /** `index` counts from 1. A step that begins again, because its worker died, is told again. */
  | { readonly type: 'StepStarted'; readonly name: string; readonly index: number; readonly of: number }
  | { readonly type: 'FileStarted'; readonly path: string }
  | { readonly type: 'FileFinished'; readonly path: string; readonly bytes: number; readonly sha256: string }
  | {
      readonly type: 'ToolCalled';
      readonly name: string;
      /** As the model gave them: JSON. */
      readonly arguments: unknown;
      readonly result: string;
    }
  | {
      readonly type: 'GenerationFinished';
      readonly status: GenerationStatus;
      readonly completionTokens: number;
      readonly durationMs: number;
    };

export type SequencedEvent = { readonly seq: number } & GenerationEventData;

/** The stream of a generation in the stream log. */
export function toStreamName(generationId: string): string {
  return `generation:${generationId}`;
}

export function toEntry({ seq, ...event }: SequencedEvent): { seq: number; data: string } {
  return { seq, data: JSON.stringify(event) };
}

export function fromEntry({ seq, data }: { readonly seq: number; readonly data: string }): SequencedEvent {
  return { seq, ...(JSON.parse(data) as GenerationEventData) };
}
