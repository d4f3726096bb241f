import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toFileBlock } from './answer/answer.blocks.ts';
import { CHARACTERS_PER_TOKEN, estimateTokens, type ModelMessage, type RetrievedTemplate } from './models/model.ts';
import { packageDir } from './package.dir.ts';

/** Versions are directories of `prompts/`: a version in use never changes, so that what was asked can be told later. */
const PROMPT_VERSION = 'v1';

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
  /** What the project holds now. */
  readonly files: readonly TextFile[];
  /** The most tokens the prompt may take. What does not fit is left out, the least similar template first. */
  readonly budgetTokens: number;
}

export interface BuiltPrompt {
  readonly messages: readonly ModelMessage[];
  /** Of the messages as sent, in hex. */
  readonly sha256: string;
  /** Estimated. */
  readonly tokens: number;
}

export type PromptBuilder = (input: PromptInput) => BuiltPrompt;

/** Reads the prompt templates once; what it answers builds prompts from them. */
export async function createPromptBuilder(): Promise<PromptBuilder> {
  const read = (name: string) => readFile(join(packageDir, 'prompts', PROMPT_VERSION, name), 'utf8');
  const [system, user] = await Promise.all([read('system.md'), read('user.md')]);

  return ({ prompt, language, framework, templates, files, budgetTokens }) => {
    const project = toProjectLine(language, framework);
    let leftTokens = budgetTokens - estimateTokens(system + user + project + prompt);
    const takeWhatFits = <T>(
      parts: readonly T[],
      filesOf: (part: T) => readonly TextFile[],
      write: (part: T) => string,
    ) =>
      parts.flatMap((part) => {
        // A section is never shorter than the files in it, so what cannot fit is not written at all.
        if (filesOf(part).reduce((sum, { content }) => sum + content.length, 0) > leftTokens * CHARACTERS_PER_TOKEN)
          return [];
        const section = write(part);
        if (estimateTokens(section) > leftTokens) return [];
        leftTokens -= estimateTokens(section);
        return [section];
      });
    const fileSections = takeWhatFits(
      files,
      (file) => [file],
      ({ path, content }) => toFileBlock(path, content),
    );
    const exampleSections = takeWhatFits(templates, ({ template }) => template.files, toExample);
    const content = fill(user, {
      examples: toPart('Projects that work, as examples of style and structure:', exampleSections),
      files: toPart('The project holds these files now:', fileSections),
      project,
      prompt,
    });
    const messages: ModelMessage[] = [
      { role: 'system', content: system },
      { role: 'user', content },
    ];
    return {
      messages,
      sha256: createHash('sha256').update(JSON.stringify(messages)).digest('hex'),
      tokens: estimateTokens(system + content),
    };
  };
}

function toExample({ template: { title, description, files } }: RetrievedTemplate): string {
  return `## ${title}\n${description}\n\n${files.map(({ path, content }) => toFileBlock(path, content)).join('')}`;
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
