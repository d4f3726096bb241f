import { parseEnv, setting } from '@vibecode/platform/env';
import type { ProjectLimits } from './changeset.ts';

const MIB = 2 ** 20;

export const projectSettings = {
  PROJECT_MAX_FILES: setting.integer(1, 5_000).default(2_000).describe('maximum number of files in a project'),
  PROJECT_MAX_FILE_BYTES: setting
    .integer(1, 8 * MIB)
    .default(MIB)
    .describe('maximum size of a file of a project, in bytes'),
  PROJECT_MAX_BYTES: setting
    .integer(1, 256 * MIB)
    .default(32 * MIB)
    .describe('maximum size of all files of a project together, in bytes'),
};

export function parseProjectEnv(env: NodeJS.ProcessEnv): ProjectLimits {
  const settings = parseEnv('The project service', projectSettings, env);
  return {
    files: settings.PROJECT_MAX_FILES,
    fileBytes: settings.PROJECT_MAX_FILE_BYTES,
    totalBytes: settings.PROJECT_MAX_BYTES,
  };
}
