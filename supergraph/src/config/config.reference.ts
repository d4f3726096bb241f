import { FOREIGN_KEYS, type ForeignKey } from './config.foreign.ts';
import { RETIRED_KEYS } from './config.retired.ts';
import { FOREIGN_SELECTORS, SELECTOR_LEVELS } from './selector.section.ts';

/** Lists Apollo Router's keys that are ignored or refused here, with the reasons, as Markdown for docs/router-keys.md. */
export function describeForeignKeys(): string {
  const rows = (keys: readonly ForeignKey[]) =>
    [...Map.groupBy(keys, ({ advice }) => advice)].map(
      ([advice, same]) => `| ${same.map(({ path }) => `\`${path}\``).join(' ')} | ${toSentence(advice)} |`,
    );
  const retired = Object.entries(RETIRED_KEYS).map(
    ([advice, paths]) => `| ${paths.map((path) => `\`${path}\``).join(' ')} | ${advice} |`,
  );
  const selectors = SELECTOR_LEVELS.filter((level) => FOREIGN_SELECTORS[level].size > 0).map(
    (level) =>
      `| ${[...FOREIGN_SELECTORS[level]].map((name) => `\`${name}\``).join(' ')} | These selectors of the ${level} are not supported. |`,
  );
  return [
    '| Refused, because the key protects | Reason, and what to use |',
    '|---|---|',
    ...rows(FOREIGN_KEYS.filter(({ protects }) => protects)),
    '',
    '| Ignored with a warning | Reason |',
    '|---|---|',
    ...rows(FOREIGN_KEYS.filter(({ protects }) => !protects)),
    ...selectors,
    '',
    '| Dropped by Apollo Router itself | Reason |',
    '|---|---|',
    ...retired,
  ].join('\n');
}

function toSentence(advice: string): string {
  return advice.charAt(0).toUpperCase() + advice.slice(1);
}
