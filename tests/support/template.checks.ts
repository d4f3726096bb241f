import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ProgramRun, readUrl } from './template.runner.ts';

interface HttpCheck {
  readonly method: string;
  readonly path: string;
  readonly json?: unknown;
  readonly status: number;
  readonly body: string;
}

export function expectSuccess({ exitCode, stdout, stderr }: ProgramRun, pattern: string): void {
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(pattern));
}

/** Waits for a server, asks it one thing after the other, and ends it. */
export async function expectAnswers(server: ChildProcess, checks: readonly HttpCheck[]): Promise<void> {
  const ended = once(server, 'close');
  try {
    const url = await readUrl(server);
    for (const { status, body, ...asked } of checks) {
      const answer = await ask(url.replace('localhost', '127.0.0.1'), asked);
      expect({ ...asked, status: answer.status }).toEqual({ ...asked, status });
      expect(answer.body).toMatch(new RegExp(body));
    }
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

/** Unlike fetch, sends a path as it is written, and follows no redirect. */
async function ask(url: string, { method, path, json }: Pick<HttpCheck, 'method' | 'path' | 'json'>) {
  const body = json === undefined ? '' : JSON.stringify(json);
  const headers = json === undefined ? {} : { 'content-type': 'application/json' };
  const asking = request(new URL(url), { method, path, headers, agent: false });
  asking.end(body);
  const [answer] = await once(asking, 'response');
  return { status: answer.statusCode as number, body: await text(answer) };
}
