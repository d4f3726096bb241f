import type { Client } from 'graphql-ws';
import { type Person, signUp } from '../../tests/support/client.ts';
import { startRealGraph } from '../../tests/support/real-graph.ts';
import { type Section, toTable } from '../gateway/report.ts';
import { toMedian, toQuantile } from '../gateway/statistics.ts';
import { type RecordingProxy, startRecordingProxy } from './recording.proxy.ts';
import { createProject, openViewer, PORT_OFFSET, startGeneration, watch } from './viewer.ts';

const BAR = { addedMs: 50, rate: 0.95 };
/** Of the whole answer; long enough to tell rates apart. */
const MAX_TOKENS = 96;
const PROMPTS = [
  'A command line tool in Python that counts words',
  'A small web page with a button that counts clicks',
  'An HTTP server in Node.js that says hello',
  'A to-do list in TypeScript with tests',
  'A Go program that prints prime numbers',
  'A page that shows the time in three cities',
  'A script that renames photos by their date',
  'A quiz about planets in plain JavaScript',
  'A calculator with a keyboard, in HTML and CSS',
  'An SQL schema for a library with sample rows',
];

interface Timed {
  readonly firstMs: number;
  readonly text: string;
  /** When so many characters were there, in milliseconds from the first. */
  readonly marks: readonly { readonly characters: number; readonly ms: number }[];
}

/**
 * First token and speed through the whole graph, against the same request sent to Ollama.
 *
 * @param rounds pairs of each prompt
 */
export async function benchLatency(ollamaUrl: string, model: string, rounds: number): Promise<Section> {
  await using proxy = await startRecordingProxy(ollamaUrl);
  await using graph = await startRealGraph({
    portOffset: PORT_OFFSET,
    env: {
      OLLAMA_URL: proxy.url,
      OLLAMA_MODELS: model,
      OLLAMA_CONTEXT_TOKENS: '2048',
      MODEL_TEMPERATURE: '0',
      SANDBOX: 'wasm',
    },
  });
  const person = await signUp(graph.url, 'ann');
  const viewer = await openViewer(graph.url, person.token);
  const pairs: { added: number; rate: number }[] = [];
  const firsts: { platform: number[]; direct: number[] } = { platform: [], direct: [] };
  for (const [index, prompt] of PROMPTS.entries()) {
    const projectId = await createProject(person);
    const byPlatform = () => askPlatform({ person, viewer, projectId, prompt, model });
    const directly = () => askDirectly(proxy);
    // Ollama keeps what it has read of a prompt: the first answer of each must not be compared.
    await byPlatform();
    await directly();
    for (let round = 0; round < rounds; round += 1) {
      const isPlatformFirst = (round + index) % 2 === 0;
      const one = await (isPlatformFirst ? byPlatform() : directly());
      const other = await (isPlatformFirst ? directly() : byPlatform());
      const [platform, direct] = isPlatformFirst ? [one, other] : [other, one];
      if (!platform.text.startsWith(direct.text.trimEnd())) {
        throw new Error(`Two answers to one prompt: ${JSON.stringify([platform.text, direct.text])}`);
      }
      firsts.platform.push(platform.firstMs);
      firsts.direct.push(direct.firstMs);
      const characters = direct.text.trimEnd().length;
      const rate = toLastMs(direct, characters) / toLastMs(platform, characters);
      pairs.push({ added: platform.firstMs - direct.firstMs, rate });
    }
  }
  viewer.dispose();
  return toSection(model, pairs, firsts);
}

function toSection(
  model: string,
  pairs: readonly { added: number; rate: number }[],
  firsts: { platform: number[]; direct: number[] },
): Section {
  const added = pairs.map((pair) => pair.added);
  const rate = toMedian(pairs.map((pair) => pair.rate));
  const p95 = toQuantile(added, 0.95);
  return {
    title: 'first token and speed against Ollama itself',
    text: `${pairs.length} interleaved pairs of \`${model}\` at temperature 0, ${PROMPTS.length} prompts: the mutation, the subscription and its events through the gateway and seven processes, against the request that the platform sent, sent to the same Ollama once more. Speed is from the first token to the last that both have.`,
    table: toTable(
      ['What', 'p50', 'p95'],
      [
        ['first token through the platform, ms', ...toFigures(firsts.platform)],
        ['first token of Ollama, ms', ...toFigures(firsts.direct)],
        ['added to a pair, ms', ...toFigures(added)],
      ],
    ),
    bars: [
      {
        what: 'first token added, p95',
        bar: `under ${BAR.addedMs} ms`,
        aim: '',
        figure: `${p95.toFixed(0)} ms`,
        isMet: p95 < BAR.addedMs,
        isAimMet: false,
      },
      {
        what: 'tokens per second against Ollama, median',
        bar: `at least ${BAR.rate}`,
        aim: '',
        figure: rate.toFixed(3),
        isMet: rate >= BAR.rate,
        isAimMet: false,
      },
    ],
  };
}

function toFigures(values: readonly number[]): [string, string] {
  return [toQuantile(values, 0.5).toFixed(0), toQuantile(values, 0.95).toFixed(0)];
}

function toLastMs({ marks }: Timed, characters: number): number {
  return (marks.find((mark) => mark.characters >= characters) ?? marks.at(-1))?.ms ?? Number.NaN;
}

async function askPlatform({
  person,
  viewer,
  ...input
}: {
  person: Person;
  viewer: Client;
  projectId: string;
  prompt: string;
  model: string;
}): Promise<Timed> {
  const startedAt = performance.now();
  const id = await startGeneration(person, { ...input, maxTokens: MAX_TOKENS });
  const timing = createTiming(startedAt);
  for await (const event of watch(viewer, id)) if (event.text) timing.add(event.text, event.at);
  return timing.end();
}

async function askDirectly(proxy: RecordingProxy): Promise<Timed> {
  const body = proxy.lastChat();
  const startedAt = performance.now();
  const response = await fetch(`${proxy.url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (!response.ok || !response.body) throw new Error(`Ollama said ${response.status}: ${await response.text()}`);
  const timing = createTiming(startedAt);
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { message } = JSON.parse(line) as { message?: { content?: string } };
      if (message?.content) timing.add(message.content, performance.now());
    }
  }
  return timing.end();
}

function createTiming(startedAt: number) {
  let firstAt: number | null = null;
  let text = '';
  const marks: { characters: number; ms: number }[] = [];
  return {
    add(piece: string, at: number): void {
      firstAt ??= at;
      text += piece;
      marks.push({ characters: text.length, ms: at - firstAt });
    },
    end(): Timed {
      if (firstAt === null) throw new Error('An answer without a token.');
      return { firstMs: firstAt - startedAt, text, marks };
    },
  };
}
