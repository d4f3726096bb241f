// Runs a command against the whole graph on real services, every service a process of its own, with GATEWAY_URL set.
//   node tests/support/accept.ts COMMAND [ARGUMENT]...       ends with the command's exit code
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startRealGraph } from './real-graph.ts';

const [command, ...args] = process.argv.slice(2);
if (!command) {
  process.stderr.write('usage: accept.ts COMMAND [ARGUMENT]...\n');
  process.exit(2);
}
await using graph = await startRealGraph();
const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, GATEWAY_URL: graph.url } });
const [code] = (await once(child, 'exit')) as [number | null];
if (code !== 0) {
  for (const [name, running] of graph.processes) {
    process.stderr.write(`--- ${name}\n${running.output().split('\n').slice(-15).join('\n')}\n`);
  }
}
process.exitCode = code ?? 1;
