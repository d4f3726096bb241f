import express from 'express';
import { NoteStore } from './notes.js';

const notes = new NoteStore();
const app = express();
app.use(express.json());

app.get('/notes', (_request, response) => response.json(notes.all()));

app.post('/notes', (request, response) => {
  const text = request.body?.text;
  if (typeof text !== 'string' || text.trim() === '') return response.status(400).json({ error: 'text is missing' });
  return response.status(201).json(notes.add(text));
});

app.get('/notes/:id', (request, response) => {
  const note = notes.find(Number(request.params.id));
  return note ? response.json(note) : response.status(404).json({ error: 'no such note' });
});

app.delete('/notes/:id', (request, response) => {
  response.status(notes.remove(Number(request.params.id)) ? 204 : 404).end();
});

const port = Number(process.env.PORT ?? 3000);
app.listen(port, () => console.log(`Notes API on http://localhost:${port}`));
