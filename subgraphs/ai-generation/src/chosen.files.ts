import { InvalidInputError } from '@vibecode/platform/errors';
import { toProjectPath } from './answer/answer.paths.ts';
import { estimateTokens } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';

/** Of the tags around a file. */
const TAG_TOKENS = 30;
const READ_TIMEOUT_MS = 10_000;

/** Files that a model must see. */
export interface ChosenFiles {
  /** As the project has them, each once. */
  readonly chosenPaths: readonly string[];
  /** Estimated, with what surrounds them in the prompt. */
  readonly chosenTokens: number;
}

export interface ChosenFilesInput {
  readonly userId: string;
  readonly projectId: string;
  /** As the user wrote them: `/src/a.js` is `src/a.js`. */
  readonly contextPaths: readonly string[];
}

/** @throws InvalidInputError for a path that the newest version does not hold as text */
export async function readChosenFiles(
  projects: ProjectClient,
  { userId, projectId, contextPaths }: ChosenFilesInput,
): Promise<ChosenFiles> {
  if (contextPaths.length === 0) return { chosenPaths: [], chosenTokens: 0 };
  const { files } = await projects.readSnapshot(userId, projectId, AbortSignal.timeout(READ_TIMEOUT_MS));
  const tokens = new Map(
    files.map(({ path, content }) => [path, estimateTokens(content) + estimateTokens(path) + TAG_TOKENS]),
  );
  const chosen = new Set<string>();
  for (const written of contextPaths) {
    chosen.add(findPath(written, (path) => tokens.has(path)));
  }
  const chosenPaths = [...chosen];
  return { chosenPaths, chosenTokens: chosenPaths.reduce((sum, path) => sum + tokens.get(path)!, 0) };
}

/** `/lib/a.js` is a file of the project where there is one, although a model that writes it may mean the system's. */
function findPath(written: string, isThere: (path: string) => boolean): string {
  const plain = written.startsWith('/') ? written.slice(1) : written;
  if (isThere(plain)) return plain;
  const parsed = toProjectPath(written);
  if ('problem' in parsed) throw new InvalidInputError('contextPaths', `The path '${cut(written)}' ${parsed.problem}.`);
  if (isThere(parsed.path)) return parsed.path;
  throw new InvalidInputError(
    'contextPaths',
    `The project has no text file '${cut(written)}'. Expected paths of files in its newest version.`,
  );
}

function cut(path: string): string {
  return path.length > 100 ? `${path.slice(0, 100)}…` : path;
}
