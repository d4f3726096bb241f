import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toFileBlock } from './answer/answer.blocks.ts';
import { CHARACTERS_PER_TOKEN, estimateTokens, type ModelMessage, type RetrievedTemplate } from './models/model.ts';
import { packageDir } from './package.dir.ts';
import { type Turn, toConversation } from './prompt.conversation.ts';
import { chooseDelimiter } from './prompt.delimiter.ts';
import { toLockedList } from './prompt.locks.ts';
import { toAbsentList } from './prompt.outline.ts';
import { type PromptTask, TASK_NAMES, toQuoted, toTaskValues } from './prompt.tasks.ts';

/** Versions are directories of `prompts/`: a version in use never changes, so that what was asked can be told later. */
const PROMPT_VERSION = 'v2';

interface TextFile {
  readonly path: string;
  readonly content: string;
}

export interface PromptInput {
  readonly prompt: string;
  readonly language: string | null;
  readonly framework: string | null;
  /** Best first. */
  readonly templates: readonly RetrievedTemplate[];
  /** What was asked before, the newest first. */
  readonly turns: readonly Turn[];
  /** What the project holds now, the files that matter most to the request first. */
  readonly files: readonly TextFile[];
  /** Files that the answer may not change, and folders with all that is in them. Default: none. */
  readonly lockedPaths?: readonly string[];
  /** What the call is for. Default: the whole request. */
  readonly task?: PromptTask;
  /** The most tokens the prompt may take. What does not fit is left out: the last files, then the least similar templates. */
  readonly budgetTokens: number;
  /** Whether the model has tools to read what is left out. Default false. */
  readonly canRead?: boolean;
}

export interface BuiltPrompt {
  readonly messages: readonly ModelMessage[];
  /** Of the messages as sent, in hex. */
  readonly sha256: string;
  /** Estimated. */
  readonly tokens: number;
  /** The word that the tags of the answer carry. */
  readonly delimiter: string;
  /** Paths of the project's files that the prompt holds. */
  readonly shown: ReadonlySet<string>;
  /** Those of the project that it only names, or has no room to name. */
  readonly absent: readonly TextFile[];
}

/** A second request, for what of an answer could not be used. */
interface AgainInput {
  readonly prompt: string;
  readonly delimiter: string;
  /** What was wrong, a sentence each. */
  readonly problems: readonly string[];
  /** The present text of the files that it is about. */
  readonly files: readonly TextFile[];
}

export interface PromptBuilder {
  (input: PromptInput): BuiltPrompt;
  readonly again: (input: AgainInput) => Pick<BuiltPrompt, 'messages' | 'tokens'>;
}

/** What the earlier turns may take of the budget, at most. */
const CONVERSATION_SHARE = 0.15;
/** What the list of files that are not shown may take of the budget, at most. */
const ABSENT_SHARE = 0.2;
/** The same, of the list of locked paths. */
const LOCKED_SHARE = 0.1;

/** Reads the prompt templates once; what it answers builds prompts from them. */
export async function createPromptBuilder(): Promise<PromptBuilder> {
  const read = (name: string) => readFile(join(packageDir, 'prompts', PROMPT_VERSION, name), 'utf8');
  const [system, user, create, change, again] = await Promise.all(
    ['system.md', 'user.md', 'new.md', 'change.md', 'again.md'].map(read),
  );
  const [planner, step] = await Promise.all(['planner.md', 'step.md'].map(read));
  const tasks = new Map(await Promise.all(TASK_NAMES.map(async (name) => [name, await read(`${name}.md`)] as const)));
  const toForm = (delimiter: string, hasFiles: boolean) => fill(create! + (hasFiles ? change! : ''), { delimiter });
  const toMessages = (content: string, instructions = system!): ModelMessage[] => [
    { role: 'system', content: instructions },
    { role: 'user', content },
  ];

  function build(input: PromptInput): BuiltPrompt {
    const { prompt, language, framework, turns, templates, files, budgetTokens, lockedPaths = [], task } = input;
    const { canRead = false } = input;
    const isPlan = task?.name === 'plan';
    const [instructions, layout] = [isPlan ? planner! : system!, task ? step! : user!];
    const taskText = task
      ? fill(tasks.get(task.name)!, toTaskValues(task, budgetTokens * CHARACTERS_PER_TOKEN)).trimEnd()
      : '';
    const conversation = toConversation(turns, Math.floor(budgetTokens * CONVERSATION_SHARE) * CHARACTERS_PER_TOKEN);
    const project = toProjectLine(language, framework) + conversation;
    // What can never fit is not read, so that a large project costs no more than what is shown of it.
    const read = [...files, ...templates.flatMap(({ template }) => template.files)].filter(
      ({ content }) => content.length <= budgetTokens * CHARACTERS_PER_TOKEN,
    );
    const delimiter = chooseDelimiter(prompt, [
      ...read.map(({ content }) => content),
      ...(task ? [toQuoted(task)] : []),
    ]);
    const form = isPlan ? '' : toForm(delimiter, files.length > 0);
    const locked = toLockedList(lockedPaths, budgetTokens * CHARACTERS_PER_TOKEN * LOCKED_SHARE);
    const room = createRoom(
      budgetTokens - estimateTokens(instructions + layout + form + project + locked + prompt + taskText),
    );
    const whole = room.takesAll(files, ({ content }) => content.length);
    const listTokens = whole ? 0 : Math.floor(Math.max(0, room.leftTokens) * ABSENT_SHARE);
    room.reserve(listTokens);
    const toBlock = ({ path, content }: TextFile) => toFileBlock(path, content, delimiter);
    const shown = files.flatMap((file) => {
      const section = room.take(file.content.length, () => toBlock(file));
      return section === null ? [] : [{ path: file.path, section }];
    });
    const paths = new Set(shown.map(({ path }) => path));
    const absent = files.filter(({ path }) => !paths.has(path));
    room.reserve(-listTokens);
    const absentList = room.take(0, () => toAbsentList(absent, listTokens * CHARACTERS_PER_TOKEN, canRead)) ?? '';
    const examples = templates.flatMap((match) => {
      const length = match.template.files.reduce((sum, { content }) => sum + content.length, 0);
      return room.take(length, () => toExample(match, toBlock)) ?? [];
    });
    const sections = shown.toSorted((one, other) => (one.path < other.path ? -1 : 1)).map(({ section }) => section);
    const content = fill(layout, {
      examples: toPart('Projects that work, as examples of style and structure:', examples),
      files: toPart('The project holds these files now:', sections),
      // The list follows the files, in the words of this version of the prompt; without locks nothing is added.
      absent: absentList + locked,
      project,
      form,
      prompt,
      task: taskText,
    });
    const messages = toMessages(content, instructions);
    return {
      messages,
      sha256: createHash('sha256').update(JSON.stringify(messages)).digest('hex'),
      tokens: estimateTokens(instructions + content),
      delimiter,
      shown: paths,
      absent,
    };
  }

  function buildAgain({ prompt, delimiter, problems, files }: AgainInput) {
    const content = fill(again!, {
      prompt,
      problems: problems.map((problem) => `- ${problem}`).join('\n'),
      files: toPart(
        'These files hold now:',
        files.map(({ path, content }) => toFileBlock(path, content, delimiter)),
      ),
      form: toForm(delimiter, true),
    });
    return { messages: toMessages(content), tokens: estimateTokens(system! + content) };
  }

  return Object.assign(build, { again: buildAgain });
}

/** Counts what still fits. Sections are never shorter than the files in them, so what cannot fit is not written at all. */
function createRoom(budgetTokens: number) {
  let leftTokens = budgetTokens;
  return {
    get leftTokens() {
      return leftTokens;
    },
    reserve(tokens: number): void {
      leftTokens -= tokens;
    },
    takesAll<T>(parts: readonly T[], lengthOf: (part: T) => number): boolean {
      const characters = parts.reduce((sum, part) => sum + lengthOf(part) + TAG_CHARACTERS, 0);
      return characters <= leftTokens * CHARACTERS_PER_TOKEN;
    },
    take(characters: number, write: () => string): string | null {
      if (characters > leftTokens * CHARACTERS_PER_TOKEN) return null;
      const section = write();
      const tokens = estimateTokens(section);
      if (tokens > leftTokens) return null;
      leftTokens -= tokens;
      return section;
    },
  };
}

/** Of the tags around a file with a path of usual length. */
const TAG_CHARACTERS = 80;

function toExample(
  { template: { title, description, files } }: RetrievedTemplate,
  toBlock: (file: TextFile) => string,
) {
  return `## ${title}\n${description}\n\n${files.map(toBlock).join('')}`;
}

function toPart(heading: string, sections: readonly string[]): string {
  return sections.length === 0 ? '' : `${heading}\n\n${sections.join('\n')}\n`;
}

function toProjectLine(language: string | null, framework: string | null): string {
  if (language === null) return '';
  return `The project is written in ${language}${framework === null ? '' : ` with ${framework}`}.\n\n`;
}

/** Replaces `{{name}}` in one pass, so that what a user writes is never read as a placeholder. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{(\w+)\}\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}
