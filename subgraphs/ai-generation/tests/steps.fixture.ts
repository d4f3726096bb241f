import { newId } from '@vibecode/platform/id';
import { startGenerationTest } from './generation.fixture.ts';
import { type ChatRequest, type ScriptedAnswer, startScriptedOllama } from './scripted.ollama.ts';

export const STEP_NAMES = ['plan', 'manifest', 'dependencies', 'components', 'tests'] as const;

type StepName = (typeof STEP_NAMES)[number] | 'repair' | 'continue' | 'single' | 'again';

const MARKS: readonly (readonly [StepName, string])[] = [
  ['plan', 'Your part now is the plan'],
  ['manifest', 'Your part now is the manifest'],
  ['dependencies', 'Your part now is what the project depends on'],
  ['components', 'Your part now is the source'],
  ['tests', 'Your part now is the tests'],
  ['repair', 'was run, and failed'],
  ['continue', 'was cut off at its limit'],
  ['again', 'Your answer was read'],
];

/** Which call of the model a request is, by what it is asked for. */
export function toStepName({ messages }: Pick<ChatRequest, 'messages'>): StepName {
  const text = messages.at(-1)!.content;
  return MARKS.find(([, mark]) => text.includes(mark))?.[0] ?? 'single';
}

/** The word of a request's tags; empty where it shows none. */
export function toDelimiter({ messages }: Pick<ChatRequest, 'messages'>): string {
  return /<file-(\w+) path=/.exec(messages.at(-1)!.content)?.[1] ?? '';
}

type StepAnswer = ScriptedAnswer | ((request: ChatRequest) => ScriptedAnswer);

export const file = (path: string, content: string) => `<file path="${path}">\n${content}</file>\n`;

/** What a model answers that does each step as it should. */
export const GOOD_ANSWERS: Partial<Record<StepName, StepAnswer>> = {
  plan: ['A greeter.\n', '- package.json: the manifest\n', '- index.js: prints hello\n'],
  manifest: ['The manifest.\n', file('package.json', '{ "name": "greeter" }\n')],
  dependencies: ['Nothing is needed but this.\n', file('.gitignore', 'node_modules\n')],
  components: ['The program.\n', file('index.js', "console.log('hello');\n")],
  tests: ['A test.\n', file('index.test.js', "import './index.js';\n")],
};

type StepAnswers = Partial<Record<StepName, StepAnswer>>;
type Options = Parameters<typeof startGenerationTest>[1];

const toScript = (answers: StepAnswers) => (request: ChatRequest) => {
  const answer = { ...GOOD_ANSWERS, ...answers }[toStepName(request)] ?? ['Nothing.\n'];
  return typeof answer === 'function' ? answer(request) : answer;
};

/** The subgraph with a model that answers each step by script; a step that the script does not name is answered as it should be. */
export function startStepsTest(answers: StepAnswers = {}, options: Options = {}) {
  return startGenerationTest(toScript(answers), options);
}

/** The same model, for several instances. */
export function startStepsModel(answers: StepAnswers) {
  return startScriptedOllama(toScript(answers));
}

const STEPS_STATE = `query($id: ID!) { generation(id: $id) { status text flow repairs promptTokens completionTokens chargeable
  leftAlone error { code message } version { id } proposed { path }
  steps { name status completionTokens startedAt finishedAt } events { seq __typename } } }`;

const STEP_EVENTS = `subscription($id: ID!, $after: Int) { generationEvents(id: $id, afterSeq: $after) { __typename seq
  ... on TokenDelta { text } ... on FileFinished { path } ... on StatusChanged { status } ... on StepStarted { name index of }
  ... on GenerationFinished { status completionTokens } } }`;

export interface SeenEvent {
  readonly seq: number;
  readonly __typename: string;
  readonly text?: string;
  readonly status?: string;
  readonly path?: string;
  readonly name?: string;
  readonly index?: number;
  readonly of?: number;
}

type Test = Awaited<ReturnType<typeof startGenerationTest>>;

/** Starts a generation in steps, and follows it. */
export async function startSteps(test: Test, input: Record<string, unknown> = {}, project: object = {}) {
  const person = await test.signUp(project);
  const started = await person.start({ flow: 'STEPS', clientRequestId: newId(), ...input });
  if (started.errors) throw new Error(JSON.stringify(started.errors));
  const { id } = started.data.startGeneration as { id: string };
  return follow(test, person, id);
}

export function follow(test: Test, person: Awaited<ReturnType<Test['signUp']>>, id: string) {
  async function* events(after = 0): AsyncGenerator<SeenEvent> {
    for await (const { data, errors } of test.subscribe(STEP_EVENTS, { id, after }, person.token)) {
      if (errors) throw new Error(JSON.stringify(errors));
      yield data!.generationEvents as SeenEvent;
    }
  }
  return {
    person,
    id,
    events,
    /** All events to the end. */
    async watch(after = 0): Promise<SeenEvent[]> {
      const all: SeenEvent[] = [];
      for await (const event of events(after)) all.push(event);
      return all;
    },
    /** Resolves at an event. */
    async until(isWanted: (event: SeenEvent) => boolean): Promise<SeenEvent[]> {
      const all: SeenEvent[] = [];
      for await (const event of events()) {
        all.push(event);
        if (isWanted(event)) return all;
      }
      throw new Error(`The generation ended before that: ${JSON.stringify(all.slice(-3))}`);
    },
    look: async () => (await person.ask(STEPS_STATE, { id })).data.generation,
    files: () => test.neighbours.projects.get(person.projectId)!.files,
    cancel: () => person.ask('mutation($id: ID!) { cancelGeneration(id: $id) { status } }', { id }),
  };
}

/** Each seq once, in order, and the text of all events is the generation's. */
export function expectGapless(events: readonly SeenEvent[], text: string): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.map((event) => event.text ?? '').join('')).toBe(text);
}

export function toStarted(events: readonly SeenEvent[]): string[] {
  return events.flatMap(({ __typename, name, index, of }) =>
    __typename === 'StepStarted' ? [`${name} ${index}/${of}`] : [],
  );
}
