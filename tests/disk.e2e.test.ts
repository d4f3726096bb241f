import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { createSmallDisk, findMountObstacle } from '@vibecode/platform/testing/small-disk';
import { type Person, signUp } from './support/client.ts';
import { startEmbeddedGraph } from './support/embedded-graph.ts';

const obstacle = await findMountObstacle();
const onSmallDisk = obstacle === null ? it : it.skip;
const why = obstacle === null ? '' : ` (cannot run: ${obstacle})`;

const CREATE = 'mutation($name: String!) { createProject(input: { name: $name, language: "javascript" }) { id } }';
const READ = '{ me { displayName projects(first: 100) { nodes { name } } } }';
/** Clock ticks of `/proc/PID/stat` in a second. Source: proc_pid_stat(5), `getconf CLK_TCK`. */
const TICKS_PER_SECOND = 100;

async function findCpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Reads four times a second. @returns CPU seconds that the whole system takes for each second */
async function readFor(seconds: number, pid: number, person: Person): Promise<number> {
  const before = await findCpuSeconds(pid);
  const started = performance.now();
  for await (const _ of setInterval(250)) {
    await person.must(READ);
    if (performance.now() - started > seconds * 1000) break;
  }
  return ((await findCpuSeconds(pid)) - before) / ((performance.now() - started) / 1000);
}

const namesOf = async (person: Person) =>
  (await person.must(READ)).me.projects.nodes.map((project: { name: string }) => project.name).sort();

describe('a full disk under npm start', () => {
  onSmallDisk(
    `is read from, refuses what it cannot store, ends in order and loses nothing${why}`,
    async () => {
      await using disk = await createSmallDisk(200);
      const dataDir = join(disk.path, 'data');
      let person: Person;
      {
        await using graph = await startEmbeddedGraph({ dataDir });
        person = await signUp(graph.url, 'ann');
        await person.must(CREATE, { name: 'before' });
        disk.fill();

        const refused = await person.ask(CREATE, { name: 'full' });
        expect(refused.errors?.map(({ extensions }) => extensions?.code)).toEqual(['STORAGE_FULL']);
        const signUpRefused = await signUp(graph.url, 'bob').catch((error: Error) => error.message);
        expect(signUpRefused).toContain('STORAGE_FULL');
        expect(await namesOf(person)).toEqual(['before']);
        expect(await readFor(10, graph.process.pid, person)).toBeLessThan(0.5);

        disk.free();
        await person.must(CREATE, { name: 'free again' });
        disk.fill();
        expect((await person.ask(CREATE, { name: 'full' })).errors?.[0]?.extensions?.code).toBe('STORAGE_FULL');
        graph.process.kill('SIGTERM');
        expect(await graph.process.exited).toBe(0);
        expect(graph.process.output()).toMatch(/SIGTERM: stopping\nStopped\n$/);
      }

      const message = await startEmbeddedGraph({ dataDir }).then(
        () => 'it started',
        (error: Error) => error.message,
      );
      expect(message).toContain('ended with 1');
      expect(message).toContain(
        `The disk that holds '${dataDir}' is full: 1.0 MB are free, at least 8.0 MB are needed.`,
      );

      disk.free();
      {
        await using graph = await startEmbeddedGraph({ dataDir });
        person = person.at(graph.url);
        expect(await namesOf(person)).toEqual(['before', 'free again']);
        disk.fill();
        expect((await person.ask(CREATE, { name: 'full' })).errors?.[0]?.extensions?.code).toBe('STORAGE_FULL');
        graph.process.kill('SIGKILL');
        await graph.process.exited;
      }

      disk.free();
      await using graph = await startEmbeddedGraph({ dataDir });
      person = person.at(graph.url);
      await person.must(CREATE, { name: 'after the kill' });
      expect(await namesOf(person)).toEqual(['after the kill', 'before', 'free again']);
    },
    240_000,
  );
});
