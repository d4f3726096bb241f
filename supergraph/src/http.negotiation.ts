export type ResponseType = 'application/graphql-response+json' | 'application/json';

const known = new Map<string, ResponseType | 'stream' | null>();
const MAX_KNOWN = 200;

/**
 * The media type to answer in, `stream` where the client takes a stream (SSE or multipart) first, or null when none
 * that it accepts can be had. No `Accept` means JSON, as the specification's watershed has it for old clients.
 */
export function negotiate(accept: string | undefined): ResponseType | 'stream' | null {
  if (accept === undefined || accept === '*/*') return 'application/json';
  let type = known.get(accept);
  if (type === undefined) {
    type = choose(accept);
    if (known.size < MAX_KNOWN) known.set(accept, type);
  }
  return type;
}

function choose(accept: string): ResponseType | 'stream' | null {
  const ranges = accept
    .split(',')
    .map((range, order) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1';
      return { type, quality: Number(quality), order };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order);
  for (const { type } of ranges) {
    if (type === 'text/event-stream' || type === 'multipart/mixed') return 'stream';
    if (type === 'application/graphql-response+json' || type === 'application/json') return type;
    if (type === '*/*' || type === 'application/*') return 'application/json';
  }
  return null;
}
