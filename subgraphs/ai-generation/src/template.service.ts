import type { MikroORM } from '@mikro-orm/postgresql';
import { ForbiddenError, InvalidInputError, NotFoundError } from '@vibecode/platform/errors';
import { isUuid } from '@vibecode/platform/id';
import type { Viewer } from '@vibecode/platform/identity';
import { parseInput } from '@vibecode/platform/subgraph/http-route';
import { isLanguageOf } from './answer/answer.languages.ts';
import { TemplateLimitError } from './errors.ts';
import type { TemplateContent } from './models/model.ts';
import type { ProjectClient } from './project.client.ts';
import type { Template } from './template.entity.ts';
import { type AddTemplateInput, addTemplateInput, importTemplateInput } from './template.input.ts';
import { assertTemplateFiles } from './template.limits.ts';
import { deleteOwnTemplate, findVisibleTemplates, insertOwnTemplate } from './template.repository.ts';
import { toTemplateRow } from './template.row.ts';
import type { TemplateFile } from './templates/template.catalogue.ts';

export interface TemplateServiceOptions {
  readonly orm: MikroORM;
  readonly projects: ProjectClient;
  /** The most templates of one user. */
  readonly userLimit: number;
  /** Called after one was added, which has no vector yet. */
  readonly onAdded: () => void;
}

export interface ImportTemplateInput {
  readonly projectId: string;
  readonly title: string;
  readonly description: string;
}

/** What a project without a language may be written in, as far as its files tell. */
const LANGUAGES = ['typescript', 'javascript', 'python', 'go', 'rust', 'java', 'html', 'css', 'sql'];

/** Templates of a user: nobody else finds, sees or uses them. */
export class TemplateService {
  constructor(readonly options: TemplateServiceOptions) {}

  /**
   * The same user's same content always answers with the same template, also when sent at once.
   *
   * @throws InvalidInputError, TemplatePathError, TemplateTooLargeError, TemplateLimitError
   */
  async add({ userId }: Viewer, input: AddTemplateInput): Promise<Template> {
    const content = parseInput(addTemplateInput, input);
    assertTemplateFiles(content.files, 'files');
    return this.#insert(userId, content);
  }

  /**
   * From the text files of a project's newest version; binary files are left out.
   *
   * @throws NotFoundError for a project that the user may not see; else as `add`
   */
  async importProject({ userId }: Viewer, input: ImportTemplateInput, signal: AbortSignal): Promise<Template> {
    const { projectId, title, description } = parseInput(importTemplateInput, input);
    const { language, framework, files } = await this.options.projects.readSnapshot(userId, projectId, signal);
    assertTemplateFiles(files, 'projectId');
    return this.#insert(userId, {
      title,
      description,
      language: (language ?? getMainLanguage(files)).toLowerCase(),
      framework: framework?.toLowerCase() ?? null,
      tags: [],
      files,
    });
  }

  /** @throws NotFoundError, also for another user's; ForbiddenError for one that is everybody's */
  async delete({ userId }: Viewer, id: string): Promise<void> {
    const em = this.options.orm.em.fork();
    if (!isUuid(id)) throw new NotFoundError('template', id);
    if (await deleteOwnTemplate(em, id, userId)) return;
    const [shared] = await findVisibleTemplates(em, [id], null);
    if (!shared) throw new NotFoundError('template', id);
    throw new ForbiddenError(`The template "${shared.title}" is everybody's. You can only delete your own.`);
  }

  async #insert(ownerId: string, content: Omit<TemplateContent, 'id'>): Promise<Template> {
    const { orm, userLimit, onAdded } = this.options;
    const row = { ...toTemplateRow(content, { slug: null, ownerId }), ownerId };
    const template = await insertOwnTemplate(orm.em.fork(), row, userLimit);
    if (!template) throw new TemplateLimitError(userLimit);
    onAdded();
    return template;
  }
}

/** The language that most of the text is written in. */
function getMainLanguage(files: readonly TemplateFile[]): string {
  const lengths = LANGUAGES.map((language) => ({
    language,
    length: files.reduce((sum, { path, content }) => sum + (isLanguageOf(language, path) ? content.length : 0), 0),
  }));
  const main = lengths.reduce((one, other) => (other.length > one.length ? other : one));
  if (main.length > 0) return main.language;
  throw new InvalidInputError(
    'projectId',
    `projectId: the project names no language, and its files tell none of ${LANGUAGES.join(', ')}. Use addTemplate, which takes a language.`,
  );
}
