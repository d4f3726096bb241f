/** What stands in the body of a streamed chat completion, taken out of its frames. */
export type ChatFrame =
  /** A comment: the server is at work. */
  | { readonly type: 'life' }
  /** `[DONE]`. */
  | { readonly type: 'done' }
  /** `last`: it stands at the end of the body, where a connection may have been cut in the middle of it. */
  | { readonly type: 'data'; readonly event: string | null; readonly data: string; readonly last: boolean };

/** A line may hold a whole answer, where a server does not stream; more than this is not one. */
const MOST_LINE_CHARACTERS = 16 * 1_024 * 1_024;
const FIELD = /^(data|event|id|retry)(?:: ?|$)/;

/**
 * Reads server-sent events, and what servers send in their place: a JSON value a line, or one JSON or HTML document without any
 * frame, which comes as one piece of data. A parser of a library would pass over all that is not in the format; here it is what
 * tells a user why there is no answer.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 *
 * @throws RangeError when a line does not end
 */
export async function* readFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<ChatFrame, void, undefined> {
  const decoder = new TextDecoder();
  const reader = new FrameReader();
  for await (const bytes of body) yield* reader.push(decoder.decode(bytes, { stream: true }));
  yield* reader.end(decoder.decode());
}

class FrameReader {
  #rest: string[] = [];
  #restCharacters = 0;
  #data: string[] = [];
  #event: string | null = null;
  #loose: string[] = [];
  #frames: ChatFrame[] = [];

  push(text: string): ChatFrame[] {
    const lines = text.split('\n');
    this.#rest.push(lines[0]!);
    this.#restCharacters += lines[0]!.length;
    if (this.#restCharacters > MOST_LINE_CHARACTERS) throw new RangeError('it holds a line without an end.');
    for (const line of lines.slice(1)) {
      this.#readLine(this.#takeRest());
      this.#rest = [line];
      this.#restCharacters = line.length;
    }
    return this.#takeFrames();
  }

  /** The last frame may lack its blank line. */
  end(text: string): ChatFrame[] {
    const frames = this.push(text);
    this.#readLine(this.#takeRest());
    this.#dispatch();
    const loose = this.#loose.join('\n');
    if (loose.trim() !== '') this.#add(loose, null);
    return [...frames, ...this.#takeFrames()].map((frame) =>
      frame.type === 'data' ? { ...frame, last: true } : frame,
    );
  }

  #takeRest(): string {
    const line = this.#rest.join('');
    this.#rest = [];
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }

  #readLine(line: string): void {
    if (line === '') this.#dispatch();
    else if (line.startsWith(':')) this.#frames.push({ type: 'life' });
    else {
      const [start, field] = FIELD.exec(line) ?? [];
      if (field === 'data') this.#data.push(line.slice(start!.length));
      else if (field === 'event') this.#event = line.slice(start!.length);
      else if (field === undefined) this.#readLoose(line);
    }
  }

  #readLoose(line: string): void {
    if (this.#loose.length === 0 && isJson(line)) this.#add(line, null);
    else this.#loose.push(line);
  }

  #dispatch(): void {
    if (this.#data.length > 0) this.#add(this.#data.join('\n'), this.#event);
    this.#data = [];
    this.#event = null;
  }

  #add(data: string, event: string | null): void {
    this.#frames.push(data.trim() === '[DONE]' ? { type: 'done' } : { type: 'data', event, data, last: false });
  }

  #takeFrames(): ChatFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }
}

function isJson(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    // A line of a longer document: it is read as a whole.
    return false;
  }
}
