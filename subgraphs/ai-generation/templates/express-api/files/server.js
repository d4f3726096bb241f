import express from 'express';
import { NoteStore } from './note.store.js';
import { createNotesRouter } from './notes.router.js';

const app = express();
app.use(express.json());
app.use('/notes', createNotesRouter(new NoteStore()));

// Express recognizes an error handler by its four parameters.
app.use((error, _request, response, _next) => {
  const status = error.status ?? 500;
  if (status >= 500) console.error(error);
  response.status(status).json({ error: status < 500 ? error.message : 'Something went wrong.' });
});

const server = app.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`{{title}} on http://localhost:${server.address().port}`);
});
