import { createApp } from './app.js';
import { NoteStore } from './notes.js';

const server = createApp(new NoteStore()).listen(process.env.PORT ?? 3000, () => {
  console.log(`{{title}} listening on http://localhost:${server.address().port}`);
});

process.once('SIGTERM', () => server.close());
