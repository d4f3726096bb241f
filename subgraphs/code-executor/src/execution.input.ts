import { z } from 'zod';

const INPUT_LIMITS = {
  files: 500,
  fileBytes: 1024 * 1024,
  totalBytes: 4 * 1024 * 1024,
  pathLength: 255,
  args: 100,
  argLength: 4096,
  stdinBytes: 1024 * 1024,
} as const;

/** Whether a command line and PostgreSQL support the text. */
const isText = (value: string) => !value.includes('\0') && value.isWellFormed();

/** A path within the work directory: relative, with `/`, without `.`, `..`, empty parts or control characters. */
const filePath = z
  .string()
  .min(1, 'expected a path such as src/index.js')
  .max(INPUT_LIMITS.pathLength, `expected at most ${INPUT_LIMITS.pathLength} characters`)
  .refine(
    (path) => path.isWellFormed() && !/[\p{Cc}\\]/u.test(path),
    'expected no backslashes and no control characters',
  )
  .refine(
    (path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..'),
    "expected a relative path without '.', '..' or empty parts, such as src/index.js",
  );

const args = z
  .array(
    z
      .string()
      .max(INPUT_LIMITS.argLength, `expected at most ${INPUT_LIMITS.argLength} characters`)
      .refine(isText, 'expected valid Unicode without NUL characters'),
  )
  .max(INPUT_LIMITS.args, `expected at most ${INPUT_LIMITS.args} arguments`)
  .nullish()
  .transform((value) => value ?? []);

const stdin = z
  .string()
  .refine(isText, 'expected valid Unicode without NUL characters')
  .refine(
    (text) => Buffer.byteLength(text) <= INPUT_LIMITS.stdinBytes,
    `expected at most ${INPUT_LIMITS.stdinBytes} bytes`,
  )
  .nullish()
  .transform((value) => value ?? '');

export interface ProgramFile {
  readonly path: string;
  readonly content: Buffer;
}

/** @returns the fault of a set of files, or null. The paths must fit `filePath` */
export function findFilesProblem(files: readonly ProgramFile[]): string | null {
  if (files.length === 0) return 'expected at least one file';
  if (files.length > INPUT_LIMITS.files) return `expected at most ${INPUT_LIMITS.files} files, got ${files.length}`;
  const seen = new Set<string>();
  let totalBytes = 0;
  for (const { path, content } of files) {
    if (seen.has(path)) return `expected unique paths, got '${path}' twice`;
    seen.add(path);
    if (content.byteLength > INPUT_LIMITS.fileBytes) {
      return `expected files of at most ${INPUT_LIMITS.fileBytes} bytes, '${path}' has ${content.byteLength}`;
    }
    totalBytes += content.byteLength;
  }
  for (const path of seen) {
    for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (seen.has(folder)) return `'${folder}' cannot be both a file and the folder of '${path}'`;
    }
  }
  return totalBytes > INPUT_LIMITS.totalBytes
    ? `expected at most ${INPUT_LIMITS.totalBytes} bytes in total, got ${totalBytes}`
    : null;
}

export const runInput = z.object({
  runtime: z.string().max(100),
  files: z
    .array(z.object({ path: filePath, content: z.string().transform((text) => Buffer.from(text)) }))
    .max(INPUT_LIMITS.files, `expected at most ${INPUT_LIMITS.files} files`)
    .check((payload) => {
      const problem = findFilesProblem(payload.value);
      if (problem) payload.issues.push({ code: 'custom', message: problem, input: payload.value });
    }),
  entrypoint: filePath,
  args,
  stdin,
});

export const runProjectInput = z.object({
  projectId: z.uuid('expected the id of a project'),
  version: z.int().nonnegative('expected the number of a version').nullish(),
  runtime: z.string().max(100).nullish(),
  entrypoint: filePath.nullish(),
  args,
  stdin,
});

/** A project's newest version, as changes leave it; a file without content is not there. */
export const changedProjectInput = z.object({
  projectId: z.uuid('expected the id of a project'),
  changes: z.array(z.object({ path: filePath, content: z.string().nullable() })).max(INPUT_LIMITS.files),
});

/** Answer of project's `POST /internal/projects/snapshot`. */
export const projectSnapshot = z.object({
  projectId: z.string(),
  version: z.int(),
  versionId: z.string().nullable(),
  language: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), contentBase64: z.string() })),
});
