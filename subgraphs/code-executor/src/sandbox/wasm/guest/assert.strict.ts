import { strict } from './assert.ts';

export {
  AssertionError,
  deepStrictEqual as deepEqual,
  doesNotThrow,
  fail,
  match,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from './assert.ts';
export default strict;
