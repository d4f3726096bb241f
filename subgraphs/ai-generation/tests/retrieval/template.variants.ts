import type { TemplateSource } from '../../src/template.seeding.ts';

const TRADES =
  `bakers bookshops cyclists dentists divers farmers florists gardeners hikers hospitals hotels jewellers landlords lawyers
  libraries museums musicians nurses opticians painters pharmacies photographers pilots plumbers potters printers pubs recyclers
  restaurants runners sailors schools scouts shelters studios surgeons tailors taxis teachers theatres translators vets vineyards
  weavers zoos`.split(/\s+/);
const FEATURES =
  `accounts archives attachments audits avatars backups badges barcodes budgets calendars captions categories comments
  coupons currencies deadlines discounts drafts favourites feeds filters folders galleries goals graphs holidays imports invoices
  labels locations maps measurements milestones permissions photos playlists polls printing profiles ratings receipts reminders
  reports roles routes schedules seasons sensors shifts signatures snapshots statistics subscriptions suppliers surveys tags
  themes timers timezones tours translations undo vouchers weather widgets`.split(/\s+/);

/** Share of the variants that a filter by one framework keeps: 1 %. */
const FRAMEWORKS = 100;

/** Numbers from 0 to below `limit`, the same for a seed on every machine. Source: mulberry32. */
function createDice(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** So many templates that differ from the given ones as users' own would: in trade, features, tags and framework. */
export function* createVariants(templates: readonly TemplateSource[], count: number): Generator<TemplateSource> {
  const roll = createDice(42);
  for (let index = 0; index < count; index += 1) {
    const template = templates[index % templates.length]!;
    const trade = TRADES[roll(TRADES.length)]!;
    const features = [1, 2, 3].map(() => FEATURES[roll(FEATURES.length)]!);
    const [first, ...others] = template.description.split(/(?<=[:,]) /);
    const kept = others.filter(() => roll(4) > 0);
    yield {
      slug: `${template.slug}-${index}`,
      title: `${template.title} for ${trade}`,
      description: [first, ...kept, `made for ${trade}, with ${features.join(', ')}`].join(' '),
      language: template.language,
      framework: `framework-${roll(FRAMEWORKS)}`,
      tags: [...template.tags.filter(() => roll(3) > 0), ...features.slice(0, 2)],
      files: template.files.map(({ path }) => ({ path, content: `${index}\n` })),
    };
  }
}
