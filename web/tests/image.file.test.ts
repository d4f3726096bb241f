import { findImageType } from '../src/features/generation/image.file.ts';

const toBytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

it.each([
  ['89504e470d0a1a0a0000', 'image/png'],
  ['ffd8ffe000104a464946', 'image/jpeg'],
  ['474946383961', 'image/gif'],
  ['524946460102030457454250', 'image/webp'],
  ['3c737667', null],
  ['5249464601020304415649', null],
  ['', null],
])('tells the type of what begins with %s', (hex, type) => {
  expect(findImageType(toBytes(hex))).toBe(type);
});
