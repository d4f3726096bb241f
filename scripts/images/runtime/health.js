// Ends with 0 while this container is ready: for a health check, in an image without a shell.
import { defaultPorts } from '@vibecode/platform/services';

const port = process.env.PORT || (defaultPorts[process.env.VIBECODE_SERVICE] ?? 8080);
const path = process.argv[2] ?? '/health/ready';
const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_500) }).catch(
  (error) => ({
    ok: false,
    text: async () => `${error.message}: ${error.cause?.message}`,
  }),
);
if (!answer.ok) process.stdout.write(`${await answer.text()}\n`);
process.exitCode = answer.ok ? 0 : 1;
