import type { Logger } from '@vibecode/platform/log';
import { DockerSandbox } from './docker/docker.sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { WasmSandbox } from './wasm/wasm.sandbox.ts';

interface SandboxChoice {
  readonly kind: 'wasm' | 'docker';
  readonly image: string;
  readonly ociRuntime: string | undefined;
  readonly log: Logger;
}

/** @throws Error with the remedy if Docker is configured but does not answer, or does not have the image */
export async function createSandbox({ kind, image, ociRuntime, log }: SandboxChoice): Promise<Sandbox> {
  if (kind === 'wasm') {
    const sandbox = new WasmSandbox();
    sandbox.warm('javascript');
    return sandbox;
  }
  return DockerSandbox.open({ image, ociRuntime, log });
}
