import { z } from 'zod';
import type { ModelImage } from './models/model.ts';

const MOST_IMAGES = 4;
/** Of all images together: a gateway takes requests of 2 MB. */
const MOST_IMAGE_BYTES = 1_048_576;

/** How files of the types begin, in hex; `.` is any digit. */
const SIGNATURES: Readonly<Record<string, string>> = {
  'image/png': '89504e470d0a1a0a',
  'image/jpeg': 'ffd8ff',
  'image/gif': '474946383',
  'image/webp': '52494646........57454250',
};
const TYPES = Object.keys(SIGNATURES).join(', ');
const SIGNATURE_BYTES = 12;

const image = z.string().transform((url, context): ModelImage => {
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const comma = url.indexOf(',');
  const head = url.slice(0, Math.max(0, Math.min(comma, 100)));
  const type = head.slice('data:'.length, -';base64'.length);
  if (!head.startsWith('data:') || !head.endsWith(';base64'))
    return refuse(`expected a data URL: data:TYPE;base64,…, with one of ${TYPES}`);
  const signature = Object.hasOwn(SIGNATURES, type) ? SIGNATURES[type] : undefined;
  if (signature === undefined) return refuse(`expected one of ${TYPES}`);
  const base64 = url.slice(comma + 1);
  if (base64.length > Math.ceil(MOST_IMAGE_BYTES / 3) * 4)
    return refuse(`expected an image of at most ${MOST_IMAGE_BYTES} bytes`);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) return refuse('is not base64');
  const begin = bytes.subarray(0, SIGNATURE_BYTES).toString('hex');
  const isType = [...signature].every((digit, index) => digit === '.' || begin[index] === digit);
  return isType ? { type, base64 } : refuse(`does not begin like ${type}`);
});

/** Data URLs of images, checked by their content; none where there are none. */
export const imagesInput = z
  .array(z.string())
  .max(MOST_IMAGES, `expected at most ${MOST_IMAGES} images`)
  .pipe(z.array(image))
  .refine(
    (list) => list.reduce((sum, { base64 }) => sum + Buffer.byteLength(base64, 'base64'), 0) <= MOST_IMAGE_BYTES,
    `expected images of at most ${MOST_IMAGE_BYTES} bytes together`,
  )
  .nullish()
  .transform((value) => value ?? []);
