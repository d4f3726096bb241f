// Starts one service, or the gateway, as a process of its own.
//   npm run start:service -- billing      its settings come from the environment, and from .env where there is one
import { join } from 'node:path';
import { loadDotEnv, type ProcessName, processNames, toEntryPoint } from './processes/processes.ts';

const name = process.argv[2] as ProcessName | undefined;
const root = join(import.meta.dirname, '..');
if (!name || !processNames.includes(name)) {
  process.stderr.write(`usage: npm run start:service -- NAME\nNAME is one of ${processNames.join(', ')}.\n`);
  process.exit(2);
}
loadDotEnv(root);
// The service takes this process's place: signals and the exit code are its own.
process.execve?.(process.execPath, [process.execPath, join(root, toEntryPoint(name))], process.env);
