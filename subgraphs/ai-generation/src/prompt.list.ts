/** For the line that counts what has no room. */
const REST_CHARACTERS = 40;

export interface BoundedListOptions<Item> {
  readonly heading: string;
  /** What the items are called where none of them fits. */
  readonly noun: string;
  /** The ones that matter most first. */
  readonly items: readonly Item[];
  /** Of the whole part; what goes beyond is counted. */
  readonly mostCharacters: number;
  /** The text of an item; the list ends before the first one that is longer than `leftCharacters`. */
  readonly describe: (item: Item, leftCharacters: number) => string;
}

/** A part of a prompt that lists as many items as it has room for; empty without items. */
export function toBoundedList<Item>(options: BoundedListOptions<Item>): string {
  const { heading, noun, items, mostCharacters, describe } = options;
  if (items.length === 0) return '';
  const lines: string[] = [];
  let left = mostCharacters - heading.length - REST_CHARACTERS;
  for (const item of items) {
    const line = `- ${describe(item, left - '- \n'.length)}`;
    if (line.length + 1 > left) break;
    left -= line.length + 1;
    lines.push(line);
  }
  const others = items.length - lines.length;
  if (others > 0) lines.push(`- ${others} ${lines.length > 0 ? 'more' : noun}`);
  return `${heading}\n\n${lines.join('\n')}\n\n`;
}
