import { joinProposals, type ProposedChange } from './answer/answer.proposal.ts';
import type { Generation } from './generation.entity.ts';
import type { ListedModel, ModelRegistry } from './models/model.registry.ts';
import type { ModelImage, RetrievedTemplate } from './models/model.ts';
import type { ProjectClient, ProjectSnapshot } from './project.client.ts';
import type { Turn } from './prompt.conversation.ts';
import type { TemplateSearch } from './template.search.ts';

/** An earlier answer that reached its limit, and that this generation continues. */
export interface Continued {
  /** Of the files that were whole by then. */
  readonly changes: readonly ProposedChange[];
  /** The files that were not. */
  readonly paths: readonly string[];
  /** The end of its text. */
  readonly tail: string;
}

/** What the prompts of a generation are made of. */
export interface Material extends Pick<ProjectSnapshot, 'files' | 'lockedPaths'> {
  readonly listed: ListedModel;
  /** Best first. */
  readonly templates: readonly RetrievedTemplate[];
  readonly leastScore: () => Promise<number>;
  readonly turns: readonly Turn[];
  readonly images: readonly ModelImage[];
  /** Null where there is nothing to continue. */
  readonly continued: Continued | null;
}

export interface MaterialOptions {
  readonly registry: ModelRegistry;
  readonly templates: TemplateSearch;
  readonly projects: ProjectClient;
  /** What was asked before, the newest first. */
  readonly findTurns: (generation: Generation) => Promise<readonly Turn[]>;
  /** The cut answer of its parent. */
  readonly findContinued: (generation: Generation) => Promise<Continued | null>;
  /** The images of a generation's request. */
  readonly findImages: (generationId: string) => Promise<readonly ModelImage[]>;
}

const RETRIEVED_TEMPLATES = 3;

/** Retrieves what there is to know before a model is asked. */
export async function gatherMaterial(
  { registry, templates, projects, findTurns, findContinued, findImages }: MaterialOptions,
  generation: Generation,
  signal: AbortSignal,
): Promise<Material> {
  const { userId, projectId, prompt: query, language, framework } = generation;
  const [{ matches, findLeastScore }, listed, { files, lockedPaths }, turns, images, continued] = await Promise.all([
    templates.search({ query, language, framework, ownerId: userId, first: RETRIEVED_TEMPLATES, signal }),
    registry.get(generation.model),
    projects.readSnapshot(userId, projectId, signal),
    findTurns(generation),
    findImages(generation.id),
    findContinued(generation),
  ]);
  return {
    listed,
    templates: matches,
    leastScore: findLeastScore,
    files,
    lockedPaths,
    turns,
    images,
    continued: continued && toUsable(continued, files),
  };
}

/** Files that have changed since the answer was cut are to be written again. */
function toUsable(continued: Continued, files: ProjectSnapshot['files']): Continued {
  const present = new Map(files.map(({ path, content }) => [path, content]));
  const isSame = ({ path, before }: ProposedChange) => (present.get(path) ?? null) === before;
  return { ...continued, changes: joinProposals([], continued.changes.filter(isSame)) };
}
