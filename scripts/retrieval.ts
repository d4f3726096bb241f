// Measures how well each embedder finds templates for the labelled prompts, and writes docs/retrieval.md. Models come from the Ollama
// at OLLAMA_URL; without it, their rows in the page stay as they are.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHashingEmbedder } from '@vibecode/ai-generation/embedders/hashing.embedder';
import { createOllamaEmbedder } from '@vibecode/ai-generation/embedders/ollama.embedder';
import { evaluate, toTableRow } from '../subgraphs/ai-generation/tests/retrieval/evaluation.ts';

const MODELS = ['all-minilm'];
const page = join(import.meta.dirname, '..', 'docs', 'retrieval.md');

const url = process.env.OLLAMA_URL;
const embedders = [
  createHashingEmbedder(),
  ...(url ? MODELS.map((model) => createOllamaEmbedder({ url, model, timeoutMs: 300_000 })) : []),
];
let text = readFileSync(page, 'utf8');
for (const embedder of embedders) {
  for (const figures of await evaluate(embedder)) {
    const row = toTableRow(figures);
    const start = `| \`${figures.embedder}\` | ${figures.set} |`;
    const lines = text.split('\n');
    const at = lines.findIndex((line) => line.startsWith(start));
    const end = lines.findLastIndex((line) => line.startsWith('|'));
    if (at >= 0) lines[at] = row;
    else lines.splice(end + 1, 0, row);
    text = lines.join('\n');
    process.stdout.write(`${row}\n`);
  }
}
writeFileSync(page, text);
