// A service that does nothing, run as a process of its own.
import { runService } from '@vibecode/platform/service';

await runService('project', async ({ host, port }) => ({
  name: 'project',
  url: `http://${host}:${port}`,
  [Symbol.asyncDispose]: async () => undefined,
}));
