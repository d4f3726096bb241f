import express from 'express';

export function createApp(notes) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '100kb' }));

  app.get('/notes', (_request, response) => {
    response.json(notes.all());
  });

  app.post('/notes', (request, response) => {
    const text = request.body?.text;
    if (typeof text !== 'string' || text.trim() === '') throw httpError(400, 'text: expected a string that is not empty');
    const note = notes.add(text.trim());
    response.status(201).location(`/notes/${note.id}`).json(note);
  });

  app.get('/notes/:id', (request, response) => {
    const note = notes.find(Number(request.params.id));
    if (!note) throw httpError(404, 'there is no such note');
    response.json(note);
  });

  app.delete('/notes/:id', (request, response) => {
    if (!notes.remove(Number(request.params.id))) throw httpError(404, 'there is no such note');
    response.status(204).end();
  });

  app.use(() => {
    throw httpError(404, 'there is no such path');
  });

  // Express knows an error handler by its four parameters.
  app.use((error, _request, response, _next) => {
    const status = error.status ?? 500;
    if (status >= 500) console.error(error);
    response.status(status).json({ error: status >= 500 ? 'something went wrong' : error.message });
  });
  return app;
}

function httpError(status, message) {
  return Object.assign(new Error(message), { status });
}
