import { database } from '@vibecode/ai-generation/database';
import type { Embedder } from '@vibecode/ai-generation/embedders/embedder';
import { EmbedderRegistry } from '@vibecode/ai-generation/embedders/embedder.registry';
import { embedTemplates } from '@vibecode/ai-generation/template.embedding';
import { TemplateSearch } from '@vibecode/ai-generation/template.search';
import { seedTemplates } from '@vibecode/ai-generation/template.seeding';
import { loadTemplates } from '@vibecode/ai-generation/templates/template.files';
import { openDatabase } from '@vibecode/platform/database';
import { createLog } from '@vibecode/platform/log';
import { startTestDatabase } from '@vibecode/platform/testing/database';
import { heldOutPrompts, type LabelledPrompt, tuningPrompts } from './labelled.prompts.ts';

/** How well one embedder finds templates for one set of prompts. */
export interface Figures {
  readonly embedder: string;
  readonly set: 'tuning' | 'held out';
  /** How many prompts a template serves. */
  readonly served: number;
  /** Share of them whose first match serves them, and of those with one among the first three. */
  readonly hit1: number;
  readonly hit3: number;
  /** Mean of 1 / rank of the first match that serves, among the first ten. */
  readonly mrr: number;
  /**
   * Probability that the best match of a served prompt scores more than that of a prompt that no template serves: 0.5 means that
   * the score says nothing about it.
   */
  readonly separation: number;
}

const RANKED = 10;

/** Searches for every labelled prompt as the service does, over the templates of the package. */
export async function evaluate(embedder: Embedder): Promise<Figures[]> {
  await using postgres = await startTestDatabase();
  const orm = await openDatabase({ ...database, url: postgres.url });
  try {
    const log = createLog({ service: 'evaluation', level: 'warn' });
    const prompts = [...tuningPrompts, ...heldOutPrompts].map(({ prompt }) => prompt);
    const configured = [await embedAhead(embedder, prompts)];
    const embedders = new EmbedderRegistry({ configured, log, queryTimeoutMs: 60_000 });
    const templates = await loadTemplates();
    await seedTemplates(orm, templates);
    const { signal } = new AbortController();
    await embedTemplates({ orm, embedders, log }, embedders.configured[0]!, signal);
    const slugs = new Map(templates.map(({ slug, title }) => [title, slug]));
    const search = new TemplateSearch({ orm, embedders, log });
    const find = async ({ prompt, language }: LabelledPrompt) => {
      const query = { query: prompt, language, framework: null, ownerId: null, first: RANKED, signal };
      const { matches } = await search.search(query);
      return matches.map(({ template, score }) => ({ slug: slugs.get(template.title)!, score }));
    };
    return [
      await measure(embedder.id, 'tuning', tuningPrompts, find),
      await measure(embedder.id, 'held out', heldOutPrompts, find),
    ];
  } finally {
    await orm.close(true);
  }
}

/** The same embedder, which has embedded these texts in batches before anybody asks: one by one takes a remote model many times as long. */
async function embedAhead(embedder: Embedder, texts: readonly string[]): Promise<Embedder> {
  const vectors = await embedder.embed(texts);
  const known = new Map(texts.map((text, index) => [text, vectors[index]!]));
  return {
    id: embedder.id,
    async embed(asked, signal) {
      const found = asked.map((text) => known.get(text));
      return found.every((vector) => vector !== undefined) ? found : embedder.embed(asked, signal);
    },
  };
}

async function measure(
  embedder: string,
  set: Figures['set'],
  prompts: readonly LabelledPrompt[],
  find: (prompt: LabelledPrompt) => Promise<{ slug: string; score: number }[]>,
): Promise<Figures> {
  const ranks: number[] = [];
  const best: { readonly served: number[]; readonly unserved: number[] } = { served: [], unserved: [] };
  for (const prompt of prompts) {
    const found = await find(prompt);
    const isServed = prompt.slugs.length > 0;
    best[isServed ? 'served' : 'unserved'].push(found[0]?.score ?? 0);
    if (isServed) ranks.push(found.findIndex(({ slug }) => prompt.slugs.includes(slug)) + 1);
  }
  const toShare = (count: number) => count / ranks.length;
  const wins = best.served.flatMap((served) =>
    best.unserved.map((other) => (served > other ? 1 : served < other ? 0 : 0.5)),
  );
  return {
    embedder,
    set,
    served: ranks.length,
    hit1: toShare(ranks.filter((rank) => rank === 1).length),
    hit3: toShare(ranks.filter((rank) => rank > 0 && rank <= 3).length),
    mrr: toShare(ranks.reduce((sum, rank) => sum + (rank > 0 ? 1 / rank : 0), 0)),
    separation: wins.reduce<number>((sum, win) => sum + win, 0) / wins.length,
  };
}

/** A row of the table in `docs/retrieval.md`. */
export function toTableRow({ embedder, set, served, hit1, hit3, mrr, separation }: Figures): string {
  const figures = [hit1, hit3, mrr, separation].map((figure) => figure.toFixed(3));
  return `| \`${embedder}\` | ${set} | ${served} | ${figures.join(' | ')} |`;
}
