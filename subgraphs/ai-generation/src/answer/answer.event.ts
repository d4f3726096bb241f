import type { Edit } from './answer.replacements.ts';

/** What a model's answer turns out to say, in one form for tagged blocks, fenced blocks, patches and calls of tools. */
export type AnswerEvent =
  | { readonly type: 'started'; readonly path: string }
  /** `certain`: the answer says that this is the whole file. Otherwise it was a fence, or its end had to be guessed. */
  | { readonly type: 'written'; readonly path: string; readonly content: string; readonly certain: boolean }
  | { readonly type: 'edited'; readonly path: string; readonly edits: readonly Edit[] }
  | { readonly type: 'deleted'; readonly path: string }
  /** What came before was only thought: none of it counts. */
  | { readonly type: 'restarted' }
  /** A block that cannot be used. `path` is as the model wrote it; empty for one without a path. */
  | { readonly type: 'problem'; readonly path: string; readonly code: AnswerProblemCode; readonly message: string }
  /** Something that was left aside, and changes nothing. */
  | { readonly type: 'note'; readonly message: string };

export type AnswerProblemCode =
  | 'PATH_INVALID'
  | 'EDIT_INVALID'
  | 'EDIT_MISMATCH'
  | 'PATCH_INVALID'
  | 'TOOL_CALL_INVALID'
  | 'FILE_TOO_LARGE'
  | 'FILE_MISSING'
  | 'FILE_UNSEEN'
  | 'FILE_PARTIAL'
  | 'PLACEHOLDER'
  | 'BLOCKS_UNNAMED'
  | 'TOO_MANY_FILES'
  | 'CUT_OFF';

export interface AnswerLimits {
  /** UTF-16 units of one file. Default 1,048,576. */
  readonly fileCharacters: number;
  /** Files of one answer. Default 200. */
  readonly files: number;
}
