import type { AnswerProblemCode } from './answer/answer.event.ts';
import { withCut } from './answer.failures.ts';
import { type ModelAnswer, type ReadAnswerInput, readAnswer } from './answer.reader.ts';
import type { ModelGuard } from './models/model.guard.ts';
import { estimateTokens, type Model, type ModelEnd, type ModelRequest } from './models/model.ts';
import type { PromptBuilder } from './prompt.builder.ts';

/** What a model may mend when it is told. A path outside of the project, or too many files, it would only repeat. */
const MENDABLE: ReadonlySet<AnswerProblemCode> = new Set([
  'EDIT_INVALID',
  'EDIT_MISMATCH',
  'PATCH_INVALID',
  'TOOL_CALL_INVALID',
  'FILE_MISSING',
  'FILE_UNSEEN',
  'FILE_PARTIAL',
  'PLACEHOLDER',
  'BLOCKS_UNNAMED',
]);
/** Of a second request without its files. */
const INSTRUCTION_TOKENS = 500;
/** With less left of `maxTokens`, a second answer would only be cut. */
const LEAST_TOKENS = 48;

/** Whether the model is asked again, once: everything that is wrong can be mended, and there is room
 * for it in the prompt and in the answer. */
export function isWorthAsking({
  end,
  answer: { changes, completionTokens },
  model,
  maxTokens,
  budgetTokens,
}: {
  readonly end: ModelEnd;
  readonly answer: ModelAnswer;
  readonly model: Model;
  readonly maxTokens: number;
  /** What a prompt may take: the files that it is about have to fit. */
  readonly budgetTokens: number;
}): boolean {
  const { problems } = changes;
  const paths = new Set(problems.map(({ path }) => path));
  const tokens = [...paths].reduce(
    (sum, path) => sum + estimateTokens(changes.findText(path) ?? ''),
    INSTRUCTION_TOKENS,
  );
  if (tokens > budgetTokens) return false;
  const isWhole = end.reason === 'stop' || end.reason === 'unsaid';
  const isMendable = problems.length > 0 && problems.every(({ code }) => MENDABLE.has(code));
  return isWhole && isMendable && model.provider !== 'blueprint' && maxTokens - completionTokens >= LEAST_TOKENS;
}

/**
 * Puts what could not be used to the model again, with the present text of the files it is about. The second answer continues the
 * first: its text, its tokens and its changes are added.
 *
 * @returns its end, and the tokens of its prompt
 */
export async function askAgain({
  model,
  request,
  options: { askModel, buildPrompt },
  consequence,
  ...reading
}: Omit<ReadAnswerInput, 'chunks'> & {
  readonly model: Model;
  readonly request: ModelRequest;
  readonly options: { readonly askModel: ModelGuard; readonly buildPrompt: PromptBuilder };
  /** What becomes of an answer that fails, as a sentence. */
  readonly consequence: string | undefined;
}): Promise<{ end: ModelEnd; promptTokens: number }> {
  const { answer, delimiter, writer, maxTokens } = reading;
  const { changes } = answer;
  const problems = changes.askAgain();
  const paths = [...new Set(problems.map(({ path }) => path))];
  const files = paths.flatMap((path) => {
    const content = changes.findText(path);
    return content === null ? [] : [{ path, content }];
  });
  const { messages, tokens } = buildPrompt.again({
    prompt: request.prompt,
    delimiter,
    problems: problems.map(({ message }) => message),
    files,
  });
  const separator = '\n\n';
  answer.text += separator;
  writer.writeText(separator);
  const left = maxTokens - answer.completionTokens;
  try {
    const chunks = await askModel(model, { ...request, messages, maxTokens: left });
    const end = await readAnswer({ ...reading, chunks });
    return { end, promptTokens: end.promptTokens ?? tokens };
  } catch (error) {
    throw withCut(error, changes, consequence);
  }
}
