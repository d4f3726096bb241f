import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';

export interface TemplateFile {
  readonly path: string;
  readonly content: string;
}

export interface ProgramRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = join(import.meta.dirname, '../..');

/** A project in a directory of its own, beside the packages that this repository has installed for its tests. */
export async function createProject(files: readonly TemplateFile[]) {
  const directory = await mkdtemp(join(tmpdir(), 'template-'));
  for (const { path, content } of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  await symlink(join(root, 'node_modules'), join(directory, 'node_modules'));
  return {
    /** Starts a file with the runtime its name asks for, and nothing of this process's environment. */
    start(entrypoint: string, args: readonly string[] = []): ChildProcess {
      const command = entrypoint.endsWith('.py') ? 'python3' : process.execPath;
      const env = { PATH: process.env.PATH, PORT: '0', PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1' };
      return spawn(command, [entrypoint, ...args], { cwd: directory, env });
    },
    /** Runs a command of the Go toolchain, which takes nothing from the network. */
    startGo(...args: readonly string[]): ChildProcess {
      const cache = join(tmpdir(), 'vibecode-go');
      const env = {
        PATH: process.env.PATH,
        PORT: '0',
        HOME: cache,
        GOPATH: cache,
        GOPROXY: 'off',
        GOTOOLCHAIN: 'local',
      };
      return spawn('go', args, { cwd: directory, env });
    },
    /** Starts what was built there. */
    startProgram(path: string, args: readonly string[] = []): ChildProcess {
      return spawn(path, args, { cwd: directory, env: { PATH: process.env.PATH, PORT: '0' } });
    },
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** All a child process writes until it ends. */
export async function readToEnd(child: ChildProcess, stdin: string): Promise<ProgramRun> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin?.end(stdin);
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

/** The URL a server prints once it listens. Rejects with what it wrote instead, when it ends first. */
export async function readUrl(child: ChildProcess): Promise<string> {
  let output = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const read = (text: string) => {
    output += text;
    const [url] = /http:\/\/\S+(?=\s)/.exec(output) ?? [];
    if (url) resolve(url);
  };
  child.stdout?.setEncoding('utf8').on('data', read);
  child.stderr?.setEncoding('utf8').on('data', read);
  child.once('close', () => reject(new Error(`The server ended before it listened: ${output}`)));
  return promise;
}

/** Runs the SQL files of a project in the order of their names; what the queries of its entry point return, as JSON. */
export async function runStatements(
  url: string,
  { files, entrypoint }: { readonly files: readonly TemplateFile[]; readonly entrypoint: string },
): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let output = '';
    for (const { path, content } of files.filter(({ path }) => path.endsWith('.sql'))) {
      const results = [await client.query(content)].flat();
      if (path === entrypoint) output = results.map(({ rows }) => JSON.stringify(rows)).join('\n');
    }
    return output;
  } finally {
    await client.end();
  }
}
