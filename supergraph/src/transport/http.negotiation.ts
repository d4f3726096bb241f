import { MULTIPART_DEFER, MULTIPART_SUBSCRIPTION, SSE, type StreamFormat } from './stream.format.ts';

export type ResponseType = 'application/graphql-response+json' | 'application/json';

/** What a client takes, by its `Accept` header: for each kind of answer what it likes best. */
export interface Accepted {
  /** An answer in one piece. A client that takes streams only gets a stream of one. */
  readonly single: ResponseType | StreamFormat;
  readonly subscription: StreamFormat | null;
  /** The parts of an answer to `@defer`. */
  readonly defer: StreamFormat | null;
}

interface Range {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const JSON_ONLY: Accepted = { single: 'application/json', subscription: null, defer: null };
const MAX_KNOWN = 200;
const known = new Map<string, Accepted | null>();

/**
 * Null when the client accepts nothing that can be had. No `Accept` means JSON, as the specification's watershed has it for
 * old clients.
 */
export function negotiate(accept: string | undefined): Accepted | null {
  if (accept === undefined || accept === '*/*') return JSON_ONLY;
  let accepted = known.get(accept);
  if (accepted === undefined) {
    accepted = choose(parseRanges(accept));
    if (known.size < MAX_KNOWN) known.set(accept, accepted);
  }
  return accepted;
}

function choose(ranges: readonly Range[]): Accepted | null {
  const first = <T>(find: (range: Range) => T | null): T | null => {
    for (const range of ranges) {
      const found = find(range);
      if (found) return found;
    }
    return null;
  };
  const subscription = first((range) => toSse(range) ?? toMultipart(range, 'subscriptionspec', '1.0'));
  // The 2022 format is what Apollo's clients mean, and what those understand that name none.
  const defer = first(
    (range) => toSse(range) ?? toMultipart(range, 'deferspec', '20220824') ?? toPlainMultipart(range),
  );
  const single = first((range) => toSse(range) ?? toJson(range)) ?? subscription ?? defer;
  return single && { single, subscription, defer };
}

function toJson({ type }: Range): ResponseType | null {
  if (type === 'application/graphql-response+json' || type === 'application/json') return type;
  return type === '*/*' || type === 'application/*' ? 'application/json' : null;
}

function toSse({ type }: Range): StreamFormat | null {
  return type === 'text/event-stream' ? SSE : null;
}

function toMultipart({ type, parameters }: Range, spec: string, version: string): StreamFormat | null {
  if (type !== 'multipart/mixed' || parameters.get(spec) !== version) return null;
  return spec === 'deferspec' ? MULTIPART_DEFER : MULTIPART_SUBSCRIPTION;
}

function toPlainMultipart({ type, parameters }: Range): StreamFormat | null {
  const namesFormat = [...parameters.keys()].some((name) => name.endsWith('spec'));
  return type === 'multipart/mixed' && !namesFormat ? MULTIPART_DEFER : null;
}

/** The best liked first. */
function parseRanges(accept: string): Range[] {
  return accept
    .split(',')
    .map((text, order) => {
      const [type = '', ...rest] = text.split(';').map((part) => part.trim().toLowerCase());
      const parameters = new Map(rest.map(parseParameter));
      return { type, parameters, quality: Number(parameters.get('q') ?? '1'), order };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order);
}

function parseParameter(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 0) return [text, ''];
  return [
    text.slice(0, at).trim(),
    text
      .slice(at + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1'),
  ];
}
