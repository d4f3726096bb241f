import { parseEnv, setting } from '@vibecode/platform/env';
import { z } from 'zod';

/** The own settings of code-executor. The platform has those of all services. */
export const codeExecutorSettings = {
  SANDBOX: z
    .enum(['wasm', 'docker'], { error: "expected 'wasm' or 'docker'" })
    .optional()
    .describe('sandbox for programs: wasm or docker; default wasm if embedded, otherwise docker'),
  SANDBOX_IMAGE: z
    .string()
    .default('vibecode/runtime:local')
    .describe('Docker image for programs, with node and python3; default vibecode/runtime:local'),
  SANDBOX_OCI_RUNTIME: z
    .string()
    .optional()
    .describe("runtime of the Docker engine for programs, such as runsc for gVisor; default: the engine's default"),
  SANDBOX_CONCURRENCY: setting
    .integer(1, 256)
    .default(2)
    .describe('maximum of concurrent programs on an instance; default 2'),
  EXECUTION_QUEUE_LIMIT: setting
    .integer(1, 1_000_000)
    .default(1_000)
    .describe('maximum of waiting runs of all users; default 1000'),
  EXECUTION_USER_QUEUE_LIMIT: setting
    .integer(1, 100_000)
    .default(50)
    .describe('maximum of waiting runs of one user; default 50'),
  EXECUTION_USER_CONCURRENCY: setting
    .integer(1, 100_000)
    .optional()
    .describe('maximum of concurrent programs of one user on all instances; default: no limit'),
  EXECUTION_RETENTION_DAYS: setting
    .integer(1, 36_500)
    .optional()
    .describe('days for which finished runs and their output are kept; default: without end'),
};

export function parseCodeExecutorEnv(env: NodeJS.ProcessEnv) {
  return parseEnv('The code-executor service', codeExecutorSettings, env);
}
