import { chmod, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isRoot, runAsNobody } from '@vibecode/platform/testing/other-account';
import { createDataDirectory, startEmbeddedGraph } from './support/embedded-graph.ts';

/** What belongs to one account and what other accounts of the machine get of it. */
describe('the data of npm start', () => {
  it('keeps every file and socket for its owner, and prints the same login again', async () => {
    await using data = await createDataDirectory();
    const dataDir = join(data.path, 'data');
    const logins: (string | undefined)[] = [];
    for (let round = 0; round < 2; round++) {
      await using graph = await startEmbeddedGraph({ dataDir });
      logins.push(/Demo login: demo@vibecode\.local (demo-\S{43})$/m.exec(graph.process.output())?.[1]);
      const open: string[] = [];
      for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
        const { mode } = await stat(join(entry.parentPath, entry.name));
        if ((mode & 0o077) !== 0) open.push(join(entry.parentPath, entry.name));
      }
      expect(open).toEqual([]);
    }
    expect(logins[0]).toBeDefined();
    expect(logins[1]).toBe(logins[0]);
  });

  it('has no demo login where the accounts are not embedded, or others can reach it', async () => {
    await using data = await createDataDirectory();
    await using graph = await startEmbeddedGraph({ dataDir: data.path, env: { HOST: '0.0.0.0' } });
    expect(graph.process.output()).not.toContain('emo login');
    expect(await readdir(data.path)).not.toContain('demo-login.json');
  });

  (isRoot ? it : it.skip)(
    `is out of reach for another account${isRoot ? '' : ' (needs root, to become another account)'}`,
    async () => {
      await using data = await createDataDirectory();
      await chmod(data.path, 0o755);
      const dataDir = join(data.path, 'data');
      await using _graph = await startEmbeddedGraph({ dataDir });
      const secrets = ['auth/signing-key.secret', 'demo-login.json', 'vibecode.log', 'postgres/PG_VERSION'];
      const sockets = ['postgres.run/.s.PGSQL.5432', 'lock.sock'];
      // The files are where this test takes them to be.
      for (const path of [...secrets, ...sockets]) await stat(join(dataDir, path));
      const attempts = await runAsNobody(
        `for (const file of given.secrets) await attempt(file, () => fs.readFileSync(path.join(given.dataDir, file)));
         for (const socket of given.sockets) await attempt(socket, () => connect(path.join(given.dataDir, socket)));
         await attempt('list', () => fs.readdirSync(given.dataDir));
         await attempt('add', () => fs.writeFileSync(path.join(given.dataDir, 'postgres.unfinished'), ''));
         await attempt('enter the directory above', () => fs.readdirSync(path.dirname(given.dataDir)));`,
        { dataDir, secrets, sockets },
      );
      expect(attempts.pop()).toEqual({ what: 'enter the directory above', outcome: 'done' });
      expect(attempts).toHaveLength(secrets.length + sockets.length + 2);
      for (const { what, outcome } of attempts) expect(`${what}: ${outcome}`).toBe(`${what}: EACCES`);
    },
  );
});
