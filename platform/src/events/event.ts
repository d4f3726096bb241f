import { type Envelope, envelope } from '@vibecode/schema/events/envelope';
import { type EventData, type Topic, topics } from '@vibecode/schema/events/topics';
import { z } from 'zod';
import { newId } from '../id.ts';
import type { ServiceName } from '../services.ts';
import { injectTrace } from '../telemetry.ts';

/** Media type of an event in CloudEvents structured JSON mode. */
export const eventContentType = 'application/cloudevents+json; charset=UTF-8';

/** A value is not a valid event of its topic. Retrying does not help. */
export class EventInvalidError extends Error {
  override readonly name = 'EventInvalidError';
}

export interface EventInput<T extends Topic> {
  /** The service that publishes the event. */
  readonly source: ServiceName;
  /** Id of the event's subject. */
  readonly subject: string;
  /** Events with the same key keep their order: the user id, or the project id for `project.changed`. */
  readonly key: string;
  readonly data: EventData<T>;
}

/**
 * Creates a CloudEvents 1.0 event with the current time and the trace context of the current operation.
 *
 * @throws EventInvalidError if the data does not fit the topic's schema
 */
export function createEvent<T extends Topic>(topic: T, input: EventInput<T>): Envelope<EventData<T>> {
  const { traceparent } = injectTrace({});
  return parseEvent({
    specversion: '1.0',
    id: newId(),
    source: `/vibecode/${input.source}`,
    type: topic,
    subject: input.subject,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    ...(traceparent && { traceparent }),
    partitionkey: input.key,
    data: input.data,
  }) as Envelope<EventData<T>>;
}

/**
 * @param value an event in structured JSON form, parsed or as text
 * @throws EventInvalidError naming every wrong field
 */
export function parseEvent(value: unknown): Envelope & { type: Topic } {
  const event = check('An event', envelope, typeof value === 'string' ? parseJson(value) : value);
  if (!isTopic(event.type)) {
    throw new EventInvalidError(
      `Event ${event.id} has the type '${event.type}'; expected one of ${topicNames.join(', ')}.`,
    );
  }
  const data = check(`Data of the event ${event.id} (${event.type})`, topics[event.type], event.data);
  return { ...event, type: event.type, data };
}

const topicNames = Object.keys(topics) as Topic[];

function isTopic(type: string): type is Topic {
  return Object.hasOwn(topics, type);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventInvalidError(`Expected a CloudEvent in JSON, got ${JSON.stringify(text.slice(0, 80))}.`, { cause });
  }
}

function check<Schema extends z.ZodType>(subject: string, schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new EventInvalidError(`${subject} is malformed: ${z.prettifyError(result.error)}`);
}
