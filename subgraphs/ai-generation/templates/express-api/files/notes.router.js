import { Router } from 'express';

/** `/notes`: list, create, read, change and delete. */
export function createNotesRouter(notes) {
  const router = Router();

  router.get('/', (_request, response) => response.json(notes.all()));

  router.post('/', requireText, (request, response) => response.status(201).json(notes.add(request.body.text)));

  router.get('/:id', (request, response) => sendFound(response, notes.find(Number(request.params.id))));

  router.put('/:id', requireText, (request, response) =>
    sendFound(response, notes.update(Number(request.params.id), request.body.text)),
  );

  router.delete('/:id', (request, response) => {
    response.sendStatus(notes.remove(Number(request.params.id)) ? 204 : 404);
  });

  return router;
}

function requireText(request, response, next) {
  const text = request.body?.text;
  if (typeof text === 'string' && text.trim() !== '') return next();
  response.status(400).json({ error: 'Expected a JSON body with a text that is not empty.' });
}

function sendFound(response, note) {
  if (note) response.json(note);
  else response.status(404).json({ error: 'There is no such note.' });
}
