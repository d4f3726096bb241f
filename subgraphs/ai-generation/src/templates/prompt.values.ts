/** What a prompt can tell a template. */
export const valueSources = ['title', 'slug', 'greeting', 'addressee'] as const;
export type ValueSource = (typeof valueSources)[number];

const MOST_CHARACTERS = 48;
const MOST_WORDS = 7;

const REQUEST =
  /^(?:(?:please|hi|hello|hey|can|could|would|will|you|i|we|want|need|would like|like|to|let us|let's|me|us|make|build|create|write|generate|give|implement|code|develop|design|a|an|the|some|simple|small|tiny|basic|new)\b[\s,]*)+/i;
const LANGUAGES =
  /\b(?:in |with |using )?(?:plain |vanilla |modern )?(?:javascript|typescript|python(?: ?3)?|node(?:\.?js)?|js|ts)\b\s*/gi;
const CLAUSE =
  /[.;:!?\n]|,\s|\s(?:that|which|who|where|when|so that|to|with|using|in order)\s|\s(?:printing|showing|reading|taking)\s/i;
// bounded input: `findValue` reads 2,000 characters of a prompt at most.
const NAME = /\b(?:called|named|titled)\s+(?:["'“‘`]([^"'”’`\n]+)["'”’`]|([\p{L}\p{N}][\p{L}\p{N}_-]*))/iu;

const GREETINGS =
  'good morning|good afternoon|good evening|good day|good night|happy birthday|hello|hi|hey|howdy|welcome|greetings|bonjour|salut|hola|hallo|guten tag|guten morgen|ciao|buongiorno|namaste|aloha|merhaba|konnichiwa';
// bounded input: `findValue` reads 2,000 characters of a prompt at most.
const QUOTED_GREETING = new RegExp(
  `["'“‘\`](${GREETINGS})(?:[,\\s]\\s*([^\\s"'”’\`][^"'”’\`\\n]*)?|[!.]+)?["'”’\`]`,
  'iu',
);
// bounded input: the same.
const PLAIN_GREETING = new RegExp(
  `\\b(?:say|says|saying|prints?|printing|shows?|greets? (?:\\w+ )?with) (?:a |an )?(${GREETINGS})\\b`,
  'iu',
);
// bounded input: the same.
const ADDRESSEE = new RegExp(`\\b(?:greet|greets|greeting|(?:${GREETINGS}),?(?: to)?)\\s+(\\p{Lu}[\\p{L}'’-]*)`, 'u');
const NOT_PEOPLE = /^(?:JavaScript|TypeScript|Python|Node|CLI|API|HTML|I|A|An|The)$/;

/**
 * What a prompt says about one thing, or null where it says nothing. Depends on the prompt alone. One line of letters, digits,
 * spaces and marks; where it goes still has to escape it.
 */
export function findValue(source: ValueSource, prompt: string): string | null {
  const text = prompt.normalize('NFC').slice(0, 2_000);
  const value = find[source](text);
  return value === null ? null : toLine(value);
}

const find: Readonly<Record<ValueSource, (prompt: string) => string | null>> = {
  title: findTitle,
  slug: (prompt) => toSlug(findTitle(prompt) ?? ''),
  greeting(prompt) {
    const greeting = QUOTED_GREETING.exec(prompt)?.[1] ?? PLAIN_GREETING.exec(prompt)?.[1];
    return greeting ? capitalize(greeting.toLowerCase()) : null;
  },
  addressee(prompt) {
    // bounded input: part of the same 2,000 characters.
    const quoted = QUOTED_GREETING.exec(prompt)?.[2]?.replace(/[!.]+$/, '');
    if (quoted) return quoted;
    const name = ADDRESSEE.exec(prompt)?.[1];
    return name && !NOT_PEOPLE.test(name) ? name : null;
  },
};

/** A name the prompt gives, or else what it asks for in its first clause: 'Build me a todo list that …' is 'Todo list'. */
function findTitle(prompt: string): string | null {
  const [, quoted, word] = NAME.exec(prompt) ?? [];
  const named = quoted ?? word;
  if (named) return named;
  const request = prompt.trim().replace(LANGUAGES, '').trim().replace(REQUEST, '');
  const clause = request.split(CLAUSE, 1)[0]!.trim();
  const words = clause.split(/\s+/).slice(0, MOST_WORDS).join(' ');
  return /\p{L}{3}/u.test(words) ? capitalize(words) : null;
}

function toSlug(title: string): string | null {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MOST_CHARACTERS)
    // bounded input: cut to 48 characters in the line above.
    .replace(/^[^a-z]+|-+$/g, '');
  return slug === '' ? null : slug;
}

function toLine(value: string): string | null {
  const line = value
    .replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  const cut = [...line]
    .slice(0, MOST_CHARACTERS)
    .join('')
    // bounded input: cut to 48 characters above.
    .replace(/[\s,;:.-]+$/u, '');
  return cut === '' ? null : cut;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
