import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { serveFiles } from './files.js';

const server = createServer(serveFiles(fileURLToPath(new URL('./public', import.meta.url))));

server.listen(process.env.PORT ?? 3000, () => {
  console.log(`{{title}} on http://localhost:${server.address().port}`);
});
process.once('SIGTERM', () => server.close());
