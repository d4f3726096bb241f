import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** User id of `nobody` on common systems. */
const NOBODY = 65_534;

/** Whether this process may change to another account. Tests that need it say so in their names. */
export const isRoot = process.getuid?.() === 0;

/** The result of an attempt by another account: `done`, or the system's error. */
export interface Attempt {
  readonly what: string;
  readonly outcome: string;
}

/** Source of the function `attempt(what, work)` for the script that runs as another account. */
const PRELUDE = `
  const fs = require('node:fs'), net = require('node:net'), path = require('node:path');
  const attempts = [];
  const attempt = async (what, work) => {
    try { await work(); attempts.push({ what, outcome: 'done' }); }
    catch (error) { attempts.push({ what, outcome: error.code ?? String(error) }); }
  };
  const connect = (target) => new Promise((done, reject) => {
    const socket = net.connect(target, () => { socket.destroy(); done(); });
    socket.once('error', reject);
  });
`;

/**
 * Runs JavaScript as `nobody`. The text is the body of an async function with `attempt(what, work)`, `connect(target)`, `fs`,
 * `net` and `path`, and the given values as `given`.
 */
export async function runAsNobody(body: string, given: unknown): Promise<Attempt[]> {
  const script = `${PRELUDE}(async (given) => { ${body} })(${JSON.stringify(given)}).then(() => console.log(JSON.stringify(attempts)));`;
  const child = spawn(process.execPath, ['-e', script], {
    uid: NOBODY,
    gid: NOBODY,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`The script of the other account ended with ${code}.`);
  return JSON.parse(output) as Attempt[];
}
