import type { ProposedChange } from './answer/answer.proposal.ts';
import type { GenerationStatus } from './generation.status.ts';

/** A template that retrieval found, as it is kept with the generation. */
export interface StoredMatch {
  readonly templateId: string;
  readonly score: number;
}

/** How a generation ends once what was finished before a stop or a failure is in the project. */
export interface Conclusion {
  readonly status: GenerationStatus.FAILED | GenerationStatus.CANCELLED;
  /** Null for a stop. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What there is of an answer that reached its limit. */
export interface CutAnswer {
  /** Of the files that were whole by then; none of it is in the project. */
  readonly changes: readonly ProposedChange[];
  /** The files that were not. */
  readonly paths: readonly string[];
}

/** The call of a model that has begun to answer. */
export interface AskedModel {
  readonly templates: StoredMatch[];
  /** Files of the project that the prompt holds. */
  readonly contextPaths: string[];
  readonly promptSha256: string;
  readonly promptTokens: number;
  readonly delimiter: string;
  readonly model: string;
  readonly provider: string;
}

/** A version that the project made. */
export interface AppliedVersion {
  readonly id: string;
  readonly number: number;
  /** Locked paths that it left as they were. */
  readonly leftAlone: readonly string[];
}

/** What a model has produced by now. */
export interface Produced {
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly firstTokenAt: Date | null;
  readonly leftAlone: readonly string[];
}
