import { randomUUID } from 'node:crypto';
import { CloudEvent } from 'cloudevents';
import { createEvent, EventInvalidError, parseEvent } from '../../src/events/event.ts';
import { startTelemetry, withSpan } from '../../src/telemetry.ts';
import { createUserRegistered } from './event.fixture.ts';

describe('createEvent', () => {
  it('makes a CloudEvent that the CloudEvents SDK accepts as strictly valid', () => {
    const event = createUserRegistered();
    const parsed = new CloudEvent(event as never, true);
    expect(parsed.validate()).toBe(true);
    expect(parsed.type).toBe('user.registered');
    expect(parsed.source).toBe('/vibecode/auth');
    expect(parsed.partitionkey).toBe(event.partitionkey);
  });

  it('survives the wire unchanged', () => {
    const event = createUserRegistered();
    expect(parseEvent(JSON.stringify(event))).toEqual(event);
  });

  it('gives ids that sort by time', () => {
    const ids = Array.from({ length: 50 }, () => createUserRegistered().id);
    expect([...ids].sort()).toEqual(ids);
  });

  it('carries the trace of the operation that made it', async () => {
    await using _ = startTelemetry({ service: 'test' });
    expect(createUserRegistered().traceparent).toBeUndefined();
    await withSpan('register', {}, async (span) => {
      const { traceId, spanId } = span.spanContext();
      expect(createUserRegistered().traceparent).toBe(`00-${traceId}-${spanId}-01`);
    });
  });

  it('refuses data that is not what the topic asks for, naming the field', () => {
    const data = { userId: 'ann', email: 'ann@example.com', displayName: 'Ann' };
    expect(() => createEvent('user.registered', { source: 'auth', subject: 'ann', key: 'ann', data })).toThrow(
      /userId/,
    );
  });
});

describe('parseEvent', () => {
  it.each([
    ['text that is no JSON', '{"specversion":', /CloudEvent in JSON/],
    ['an envelope without an id', JSON.stringify({ ...createUserRegistered(), id: undefined }), /id/],
    ['a topic nobody knows', JSON.stringify({ ...createUserRegistered(), type: 'user.vanished' }), /user\.vanished/],
    [
      'a topic named like a member of Object',
      JSON.stringify({ ...createUserRegistered(), type: 'toString' }),
      /toString/,
    ],
    ['an unknown field in the data', { ...createUserRegistered(), data: { userId: randomUUID(), rank: 1 } }, /rank/],
  ])('refuses %s', (_, value, message) => {
    expect(() => parseEvent(value)).toThrow(EventInvalidError);
    expect(() => parseEvent(value)).toThrow(message);
  });
});
