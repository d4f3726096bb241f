import { parseEnv, setting } from '@vibecode/platform/env';
import { z } from 'zod';

/** Settings of code-executor alone; those that every service has are the platform's. */
export const codeExecutorSettings = {
  SANDBOX: z
    .enum(['wasm', 'docker'], { error: "expected 'wasm' or 'docker'" })
    .optional()
    .describe('where programs run: wasm or docker; default wasm when embedded, else docker'),
  SANDBOX_IMAGE: z
    .string()
    .default('vibecode/runtime:local')
    .describe('Docker image with node and python3 that programs run in; default vibecode/runtime:local'),
  SANDBOX_OCI_RUNTIME: z
    .string()
    .optional()
    .describe(
      "runtime of the Docker engine that programs run under, such as runsc for gVisor; default the engine's own",
    ),
  SANDBOX_CONCURRENCY: setting.integer(1, 256).default(2).describe('programs that an instance runs at once; default 2'),
  EXECUTION_QUEUE_LIMIT: setting
    .integer(1, 1_000_000)
    .default(1_000)
    .describe('runs that may wait, of all users; default 1000'),
  EXECUTION_USER_QUEUE_LIMIT: setting
    .integer(1, 100_000)
    .default(50)
    .describe('runs that may wait, of one user; default 50'),
};

export function parseCodeExecutorEnv(env: NodeJS.ProcessEnv) {
  return parseEnv('The code-executor service', codeExecutorSettings, env);
}
