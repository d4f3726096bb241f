import { newId } from '../../app/new.id.ts';

/** What `startGeneration` takes: so many images, with so many bytes together, of these types. */
export const IMAGE_LIMITS = { count: 4, bytes: 1_048_576 };

/** How files of the types begin, in hex; `.` is any digit. The server looks at the same. */
const SIGNATURES: Readonly<Record<string, RegExp>> = {
  'image/png': /^89504e470d0a1a0a/,
  'image/jpeg': /^ffd8ff/,
  'image/gif': /^474946383/,
  'image/webp': /^52494646.{8}57454250/,
};
export const IMAGE_TYPES = Object.keys(SIGNATURES).join(',');
const SIGNATURE_BYTES = 12;
/** Models look at less than this; a side that is longer is made as long when an image is too large. */
const SHRUNK_SIDES_PX = [2_048, 1_280, 800];
const SHRUNK_QUALITY = 0.85;

/** An image that goes with a prompt. */
export interface PromptImage {
  readonly id: string;
  readonly name: string;
  /** A data URL. */
  readonly url: string;
  readonly bytes: number;
  /** What it had before it was made smaller; null when it was not. */
  readonly originalBytes: number | null;
}

/** Why a file was not taken. `room` is how many bytes were left. */
export interface ImageProblem {
  readonly kind: 'type' | 'size' | 'count' | 'unreadable';
  readonly name: string;
  readonly room: number;
}

export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly problem: ImageProblem;

  constructor(problem: ImageProblem) {
    super(`The image '${problem.name}' cannot be sent: ${problem.kind}.`);
    this.problem = problem;
  }
}

/** What a failed `readImage` says of a file. */
export function toImageProblem(error: unknown, name: string): ImageProblem {
  return error instanceof ImageError ? error.problem : { kind: 'unreadable', name, room: IMAGE_LIMITS.bytes };
}

/** The type that the first bytes tell, whatever the file's name says; null for another one. */
export function findImageType(bytes: Uint8Array): string | null {
  const begin = Array.from(bytes.subarray(0, SIGNATURE_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return Object.entries(SIGNATURES).find(([, signature]) => signature.test(begin))?.[0] ?? null;
}

/**
 * Reads a file for a prompt. One that is larger than the room that is left is made smaller.
 *
 * @param room in bytes
 * @throws ImageError; whatever the browser says of a file that it cannot read
 */
export async function readImage(file: File, room: number): Promise<PromptImage> {
  const { name } = file;
  const refuse = (kind: ImageProblem['kind']) => new ImageError({ kind, name, room });
  const type = findImageType(new Uint8Array(await file.slice(0, SIGNATURE_BYTES).arrayBuffer()));
  if (!type) throw refuse('type');
  const own = file.slice(0, file.size, type);
  if (own.size <= room) return toImage(name, own, null);
  for (const side of SHRUNK_SIDES_PX) {
    const shrunk = await shrink(own, side);
    if (shrunk.size <= room) return toImage(name, shrunk, own.size);
  }
  throw refuse('size');
}

async function toImage(name: string, blob: Blob, originalBytes: number | null): Promise<PromptImage> {
  return { id: newId(), name, url: await toDataUrl(blob), bytes: blob.size, originalBytes };
}

function toDataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

/** As JPEG, which every browser writes, on white where the image is transparent. */
async function shrink(blob: Blob, longestPx: number): Promise<Blob> {
  const bitmap = await createImageBitmap(blob);
  try {
    const scale = Math.min(1, longestPx / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
    const canvas = new OffscreenCanvas(width ?? 1, height ?? 1);
    const context = canvas.getContext('2d');
    if (!context) throw new Error('This browser cannot draw images.');
    context.fillStyle = 'white';
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await canvas.convertToBlob({ type: 'image/jpeg', quality: SHRUNK_QUALITY });
  } finally {
    bitmap.close();
  }
}
