import { z } from 'zod';

/**
 * The CloudEvents 1.0 attributes every event carries, in structured JSON form.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and its distributed-tracing extension.
 */
export const envelope = z.strictObject({
  specversion: z.literal('1.0'),
  /** UUIDv7, unique for ever: consumers count an event once by it. */
  id: z.uuid(),
  /** The service that owns the fact, as `/vibecode/<service>`. */
  source: z.string().regex(/^\/vibecode\/[a-z-]+$/, "expected '/vibecode/<service>'"),
  /** The topic's name. */
  type: z.string(),
  /** The id of the thing the event is about. */
  subject: z.string(),
  /** When the fact became true. */
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json').default('application/json'),
  /** W3C trace context of the operation that caused the event. */
  traceparent: z.string().optional(),
  /** Events with the same key keep their order: the user id, or the project id for `project.changed`. */
  partitionkey: z.string().min(1),
  data: z.unknown(),
});

export type Envelope<Data = unknown> = Omit<z.infer<typeof envelope>, 'data'> & { data: Data };
