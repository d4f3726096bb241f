import { type ForeignKey, foreignKeys } from './config.foreign.ts';
import { retiredKeys } from './config.retired.ts';
import { FOREIGN_SELECTORS, selectorLevels } from './selector.section.ts';

/** Apollo Router's keys that have no effect here or are refused, with the reasons: Markdown for docs/router-config.md. */
export function describeForeignKeys(): string {
  const rows = (keys: readonly ForeignKey[]) =>
    [...Map.groupBy(keys, ({ advice }) => advice)].map(
      ([advice, same]) => `| ${same.map(({ path }) => `\`${path}\``).join(' ')} | ${toSentence(advice)} |`,
    );
  const retired = Object.entries(retiredKeys).map(
    ([advice, paths]) => `| ${paths.map((path) => `\`${path}\``).join(' ')} | ${advice} |`,
  );
  const selectors = selectorLevels
    .filter((level) => FOREIGN_SELECTORS[level].size > 0)
    .map(
      (level) =>
        `| ${[...FOREIGN_SELECTORS[level]].map((name) => `\`${name}\``).join(' ')} | Selectors of the ${level} that are left out. |`,
    );
  return [
    '| Refused, since it protects | Why, and what to use |',
    '|---|---|',
    ...rows(foreignKeys.filter(({ protects }) => protects)),
    '',
    '| Taken with a warning | |',
    '|---|---|',
    ...rows(foreignKeys.filter(({ protects }) => !protects)),
    ...selectors,
    '',
    '| Dropped by Apollo Router itself | |',
    '|---|---|',
    ...retired,
  ].join('\n');
}

function toSentence(advice: string): string {
  return advice.charAt(0).toUpperCase() + advice.slice(1);
}
