import type { ServerResponse } from 'node:http';
import { type ContentCoding, encode } from '../request/content.coding.ts';

/** What clients are offered, the best first where they like several equally. */
const OFFERED: readonly ContentCoding[] = ['zstd', 'br', 'gzip'];

/** The coding a client likes best of those offered; null when it is to be sent as it is (RFC 9110, section 12.5.3). */
export function chooseCoding(accepted: string): ContentCoding | null {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight ? Number(weight.slice(2)) : 1);
  }
  const weigh = (coding: string) => weights.get(coding) ?? weights.get('*') ?? 0;
  let best: ContentCoding | null = null;
  for (const coding of OFFERED) if (weigh(coding) > (best ? weigh(best) : 0)) best = coding;
  return best && weigh(best) >= (weights.get('identity') ?? 0) ? best : null;
}

/** Ends an answer, compressed where the client takes that. The head has `content-type` only. */
export async function sendCompressed(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Buffer,
): Promise<void> {
  // Whoever keeps answers must know that others may get them in another form.
  response.appendHeader('vary', 'accept-encoding');
  const accepted = response.req.headers['accept-encoding'];
  const coding = typeof accepted === 'string' ? chooseCoding(accepted) : null;
  const sent = coding ? await encode(body, coding) : body;
  if (response.destroyed) return;
  response.writeHead(status, {
    'content-type': contentType,
    ...(coding && { 'content-encoding': coding }),
    'content-length': sent.length,
  });
  response.end(sent);
}
