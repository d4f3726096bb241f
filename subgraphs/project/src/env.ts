import { parseEnv, setting } from '@vibecode/platform/env';
import type { ProjectLimits } from './changeset.ts';

const MIB = 2 ** 20;

export const projectSettings = {
  PROJECT_MAX_FILES: setting.integer(1, 5_000).default(2_000).describe('most files in a project'),
  PROJECT_MAX_FILE_BYTES: setting
    .integer(1, 8 * MIB)
    .default(MIB)
    .describe('most bytes in a file of a project'),
  PROJECT_MAX_BYTES: setting
    .integer(1, 256 * MIB)
    .default(32 * MIB)
    .describe('most bytes in all files of a project'),
};

export function parseProjectEnv(env: NodeJS.ProcessEnv): ProjectLimits {
  const settings = parseEnv('The project service', projectSettings, env);
  return {
    files: settings.PROJECT_MAX_FILES,
    fileBytes: settings.PROJECT_MAX_FILE_BYTES,
    totalBytes: settings.PROJECT_MAX_BYTES,
  };
}
