import { Cancellation, toAbortSignal } from '../../src/request/cancellation.ts';

test('listeners are called once, in their order, and not after they were removed', () => {
  const cancellation = new Cancellation();
  const called: string[] = [];
  const removed = () => called.push('removed');
  const first = () => called.push('first');
  cancellation.addEventListener('abort', first);
  cancellation.addEventListener('abort', removed);
  cancellation.addEventListener('abort', () => called.push('third'));
  cancellation.removeEventListener('abort', removed);
  cancellation.abort(new Error('gone'));
  cancellation.abort(new Error('again'));
  expect(called).toEqual(['first', 'third']);
  expect(cancellation.reason).toEqual(new Error('gone'));
  expect(() => cancellation.throwIfAborted()).toThrow('gone');
});

test('a listener may take the place of the only one that was removed', () => {
  const cancellation = new Cancellation();
  const called: string[] = [];
  const first = () => called.push('first');
  cancellation.addEventListener('abort', first);
  cancellation.removeEventListener('abort', first);
  cancellation.addEventListener('abort', () => called.push('second'));
  cancellation.abort();
  expect(called).toEqual(['second']);
  expect(cancellation.reason).toMatchObject({ name: 'AbortError' });
});

test('a listener is not called that another one removed, nor one that came too late', () => {
  const cancellation = new Cancellation();
  const called: string[] = [];
  const second = () => called.push('second');
  cancellation.addEventListener('abort', () => {
    cancellation.removeEventListener('abort', second);
    cancellation.addEventListener('abort', () => called.push('late'));
  });
  cancellation.addEventListener('abort', second);
  cancellation.abort();
  expect(called).toEqual([]);
});

test('it becomes an AbortSignal, before it is aborted and after', () => {
  const cancellation = new Cancellation();
  const before = toAbortSignal(cancellation);
  expect(before.aborted).toBe(false);
  cancellation.abort(new Error('gone'));
  expect(before.reason).toEqual(new Error('gone'));
  expect(toAbortSignal(cancellation).reason).toEqual(new Error('gone'));
});

test('an AbortSignal stays itself', () => {
  const { signal } = new AbortController();
  expect(toAbortSignal(signal)).toBe(signal);
});
