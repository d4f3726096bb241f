import type { CreateInterpreter } from '../interpreter.ts';
import { DEFAULT_LIMITS } from '../sandbox.ts';

const VERSIONS_SCRIPT = `const { execFileSync } = require('node:child_process');
console.log(JSON.stringify({ node: 'Node ' + process.versions.node, python: execFileSync('python3', ['--version'], { encoding: 'utf8' }).trim() }));`;

/** Reads the versions of the image's interpreters from a container, which also proves that containers start. */
export async function readVersions(create: CreateInterpreter): Promise<{ node: string; python: string }> {
  const container = await create();
  let output = '';
  const program = {
    runtime: 'javascript',
    files: [{ path: 'versions.cjs', content: Buffer.from(VERSIONS_SCRIPT) }],
    entrypoint: 'versions.cjs',
    args: [],
    stdin: '',
    limits: DEFAULT_LIMITS,
  };
  try {
    const { exitCode } = await container.start(program, (_, bytes) => {
      output += Buffer.from(bytes).toString();
    });
    if (exitCode !== 0) throw new Error(`The sandbox's image cannot run node and python3: ${output.trim()}`);
    return JSON.parse(output) as { node: string; python: string };
  } finally {
    await container.kill();
  }
}
