import { DockerSandbox } from './docker/docker.sandbox.ts';
import type { Sandbox } from './sandbox.ts';
import { WasmSandbox } from './wasm/wasm.sandbox.ts';

interface SandboxChoice {
  readonly kind: 'wasm' | 'docker';
  readonly image: string;
  readonly ociRuntime: string | undefined;
}

/** @throws Error saying what to do when Docker was asked for and does not answer, or has no such image */
export async function createSandbox({ kind, image, ociRuntime }: SandboxChoice): Promise<Sandbox> {
  return kind === 'wasm' ? new WasmSandbox() : DockerSandbox.open({ image, ociRuntime });
}
