import type { ChildProcess } from 'node:child_process';
import { openStream } from './stream.client.ts';

/** The lines that a process prints, and its end. */
export function observe(child: ChildProcess) {
  const lines: string[] = [];
  const looks = new Set<() => void>();
  let rest = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
      for (const look of [...looks]) look();
    });
  }
  const until = (text: string, count = 1) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const look = () => {
        const line = lines.filter((candidate) => candidate.includes(text))[count - 1];
        if (line === undefined) return;
        looks.delete(look);
        resolve(JSON.parse(line) as Record<string, unknown>);
      };
      looks.add(look);
      look();
    });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { lines, until, ended };
}

export /** One request over a connection of its own: connections go to the workers in turn. */
async function askAlone(url: string, query: string, headers: Record<string, string> = {}) {
  const stream = await openStream(`${url}/graphql`, { query }, { accept: 'application/json', headers });
  return { status: stream.status, body: JSON.parse(await stream.end) as { data?: unknown } };
}
