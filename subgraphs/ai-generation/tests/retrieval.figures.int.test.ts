import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createOllamaEmbedder } from '../src/embedders/ollama.embedder.ts';
import { evaluate } from './retrieval/evaluation.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'retrieval.md'), 'utf8');

it('docs/retrieval.md has the figures of all-minilm (npm run retrieval writes them)', async () => {
  const url = process.env.OLLAMA_URL;
  if (!url) throw new Error('This test needs OLLAMA_URL, an Ollama that has all-minilm; see CONTRIBUTING.md.');
  for (const figures of await evaluate(createOllamaEmbedder({ url, model: 'all-minilm' }))) {
    const start = `| \`${figures.embedder}\` | ${figures.set} |`;
    const row = page.split('\n').find((line) => line.startsWith(start));
    const [served, hit1, hit3, mrr, separation] = row!.slice(start.length).split('|').map(Number);
    expect(figures.served).toBe(served);
    // Processors round differently: a prompt or two may change places.
    for (const [figure, written] of [
      [figures.hit1, hit1],
      [figures.hit3, hit3],
      [figures.mrr, mrr],
      [figures.separation, separation],
    ])
      expect(Math.abs(figure! - written!)).toBeLessThan(0.03);
  }
}, 600_000);
