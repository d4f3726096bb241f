import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHashingEmbedder } from '../src/embedders/hashing.embedder.ts';
import { loadTemplates } from '../src/templates/template.files.ts';
import { evaluate, toTableRow } from './retrieval/evaluation.ts';
import { heldOutPrompts, tuningPrompts } from './retrieval/labelled.prompts.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'retrieval.md'), 'utf8');

it('docs/retrieval.md has the figures of the hashing embedder (npm run retrieval writes them)', async () => {
  const rows = (await evaluate(createHashingEmbedder())).map(toTableRow);
  expect(rows).toHaveLength(2);
  for (const row of rows) expect(page).toContain(row);
});

describe('the labelled prompts', () => {
  const all = [...tuningPrompts, ...heldOutPrompts];

  it('are at least 200 different ones, half of them held out, with some that no template serves in each half', () => {
    expect(new Set(all.map(({ prompt }) => prompt)).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(200);
    expect(heldOutPrompts.length).toBeGreaterThanOrEqual(all.length / 2);
    for (const prompts of [tuningPrompts, heldOutPrompts])
      expect(prompts.filter(({ slugs }) => slugs.length === 0).length).toBeGreaterThanOrEqual(10);
  });

  it('name templates that exist, each of them in both halves, and none repeats a title or description', async () => {
    const templates = await loadTemplates();
    const slugs = new Set(templates.map(({ slug }) => slug));
    expect(all.flatMap((prompt) => prompt.slugs).filter((slug) => !slugs.has(slug))).toEqual([]);
    for (const prompts of [tuningPrompts, heldOutPrompts])
      expect(new Set(prompts.flatMap((prompt) => prompt.slugs))).toEqual(slugs);
    const wordings = templates.flatMap(({ title, description }) => [title.toLowerCase(), description.toLowerCase()]);
    expect(all.filter(({ prompt }) => wordings.includes(prompt.toLowerCase()))).toEqual([]);
  });
});
