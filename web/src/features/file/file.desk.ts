/** A text as the project has it. */
interface StoredText {
  /** Null for what is not text. */
  readonly content: string | null;
  readonly sha256: string;
}

interface Conflict {
  /** The project's side now; null when the file was deleted there. */
  readonly theirs: StoredText | null;
  /** The version that holds it. */
  readonly version: number;
}

export interface OpenFile {
  readonly path: string;
  readonly state: 'loading' | 'ready' | 'binary' | 'gone' | 'failed';
  /** What the edits began from; null for a file that is new. */
  readonly base: StoredText | null;
  readonly text: string;
  readonly isDirty: boolean;
  readonly conflict: Conflict | null;
  /** Rises whenever the text is replaced from outside the editor. */
  readonly revision: number;
}

/** A file's edits as they are kept in the browser. */
export interface FileDraft {
  readonly text: string;
  readonly base: StoredText | null;
}

interface SavedFile {
  readonly path: string;
  readonly content: string;
  /** What the file must hold before. */
  readonly ifSha256: string | null;
}

/** The project has moved on since the version that was given. */
export class MovedOnError extends Error {
  override readonly name = 'MovedOnError';
}

export interface FileDeskOptions {
  /** The file in a version, else in the newest one; null when it is not there. */
  readonly load: (path: string, version: number | null) => Promise<{ file: StoredText | null; version: number }>;
  /** Writes all or none. @returns the new version. @throws MovedOnError */
  readonly save: (baseVersion: number, files: readonly SavedFile[]) => Promise<number>;
  /** Null where the platform cannot say; the file is then asked for. */
  readonly sha256: (text: string) => Promise<string | null>;
  readonly keepDraft: (path: string, draft: FileDraft | null) => void;
}

const MAX_SAVE_TRIES = 3;

/**
 * The files that are open, with what was changed and not saved. No way leads to a lost text: the project's newer text
 * replaces one that nobody changed here, and stands beside one that somebody did.
 */
export class FileDesk {
  readonly #options: FileDeskOptions;
  readonly #listeners = new Set<() => void>();
  #files: ReadonlyMap<string, OpenFile> = new Map();
  #head: number;

  constructor(head: number, options: FileDeskOptions) {
    this.#head = head;
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly files = (): ReadonlyMap<string, OpenFile> => this.#files;

  get dirty(): readonly OpenFile[] {
    return [...this.#files.values()].filter(({ isDirty }) => isDirty);
  }

  /** Never rejects: a file that cannot be loaded is `failed`. */
  async open(path: string): Promise<void> {
    if (this.#files.has(path)) return;
    this.#put({ path, state: 'loading', base: null, text: '', isDirty: false, conflict: null, revision: 0 });
    await this.#reload(path);
  }

  /** A file that is not in the project yet. */
  create(path: string): void {
    this.#put({ path, state: 'ready', base: null, text: '', isDirty: true, conflict: null, revision: 0 });
    this.#options.keepDraft(path, { text: '', base: null });
  }

  /** Takes up edits that were kept when the page was closed. */
  restore(path: string, { text, base }: FileDraft): void {
    this.#put({ path, state: 'ready', base, text, isDirty: true, conflict: null, revision: 0 });
  }

  close(path: string): void {
    const files = new Map(this.#files);
    files.delete(path);
    this.#files = files;
    this.#publish();
  }

  /** As the editor has it now. */
  edit(path: string, text: string): void {
    const file = this.#files.get(path);
    if (!file || file.text === text) return;
    const isDirty = file.base === null || text !== file.base.content;
    this.#put({ ...file, text, isDirty });
    this.#options.keepDraft(path, isDirty ? { text, base: file.base } : null);
  }

  /** The edited side of a conflict becomes this text, which somebody chose; both sides stay. */
  replace(path: string, text: string): void {
    this.edit(path, text);
    const file = this.#files.get(path);
    if (file) this.#put({ ...file, revision: file.revision + 1 });
  }

  /** Gives up the edits of a file, on purpose. Never rejects. */
  async discard(path: string): Promise<void> {
    this.#options.keepDraft(path, null);
    if (this.#files.get(path)?.base === null) return this.close(path);
    await this.#reload(path);
  }

  /** The project is at `head` now; `hashes` are of its files by path. */
  async moveTo(head: number, hashes: ReadonlyMap<string, string>): Promise<void> {
    if (head < this.#head) return;
    this.#head = head;
    for (const path of this.#files.keys()) {
      // As it is by now: somebody may have typed while the files before it were loaded.
      const file = this.#files.get(path);
      if (!file) continue;
      const sha256 = hashes.get(path) ?? null;
      if (file.state === 'loading' || sha256 === (file.base?.sha256 ?? null)) continue;
      if (file.isDirty) await this.#findConflict(path);
      else await this.#reload(path);
    }
  }

  /** Leaves the edits and shows the project's side. Never rejects. */
  async takeTheirs(path: string): Promise<void> {
    this.#options.keepDraft(path, null);
    const file = this.#files.get(path);
    if (file?.conflict && !file.conflict.theirs) this.close(path);
    else await this.#reload(path);
  }

  /** Goes on from the project's side with the text that is given; the next save writes it. */
  keepMine(path: string, text: string): void {
    const file = this.#files.get(path);
    if (!file?.conflict) return;
    const base = file.conflict.theirs;
    this.#head = Math.max(this.#head, file.conflict.version);
    const isDirty = base?.content !== text;
    this.#put({ ...file, base, text, isDirty, conflict: null, revision: file.revision + 1 });
    this.#options.keepDraft(path, isDirty ? { text, base } : null);
  }

  /**
   * Saves everything that was changed, but for files in conflict, as one version.
   *
   * @returns the new version; null when there was nothing to save, or what there was is in conflict now
   * @throws what the project refuses it for
   */
  async save(): Promise<number | null> {
    for (let attempt = 0; attempt < MAX_SAVE_TRIES; attempt++) {
      const files = this.dirty.filter(({ conflict, state }) => !conflict && state === 'ready');
      if (files.length === 0) return null;
      try {
        const version = await this.#options.save(
          this.#head,
          files.map(({ path, text, base }) => ({ path, content: text, ifSha256: base?.sha256 ?? null })),
        );
        for (const file of files) await this.#settle(file, version);
        this.#head = Math.max(this.#head, version);
        return version;
      } catch (error) {
        if (!(error instanceof MovedOnError)) throw error;
        // Someone else's version lies between: what it left alone is saved on top of it, the rest is a conflict.
        for (const { path } of files) await this.#findConflict(path);
        if (this.dirty.some(({ conflict }) => conflict)) return null;
      }
    }
    throw new MovedOnError('The project changes faster than it can be saved. Your changes are kept; save again.');
  }

  async #settle({ path, text }: OpenFile, version: number): Promise<void> {
    const known = await this.#options.sha256(text);
    const stored = known ? { content: text, sha256: known } : (await this.#options.load(path, version)).file;
    const now = this.#files.get(path);
    if (!now || !stored) return;
    const isDirty = now.text !== text;
    this.#put({ ...now, base: stored, isDirty });
    this.#options.keepDraft(path, isDirty ? { text: now.text, base: stored } : null);
  }

  async #findConflict(path: string): Promise<void> {
    const { file, version } = await this.#options.load(path, null);
    this.#meet(path, file, version);
  }

  /** The project's side of a file with edits. */
  #meet(path: string, theirs: StoredText | null, version: number): void {
    const file = this.#files.get(path);
    if (!file) return;
    this.#head = Math.max(this.#head, version);
    if ((theirs?.sha256 ?? null) === (file.base?.sha256 ?? null)) return;
    if (theirs && theirs.content === file.text) {
      // Both sides came to the same.
      this.#put({ ...file, base: theirs, isDirty: false, conflict: null });
      this.#options.keepDraft(path, null);
    } else this.#put({ ...file, conflict: { theirs, version } });
  }

  /** Never rejects. */
  async #reload(path: string): Promise<void> {
    try {
      const before = this.#files.get(path)?.text;
      const { file: stored, version } = await this.#options.load(path, this.#head > 0 ? this.#head : null);
      const file = this.#files.get(path);
      if (!file) return;
      // Typed while it was loaded: that text stays.
      if (file.isDirty && file.text !== before) {
        this.#put({ ...file, state: 'ready' });
        return this.#meet(path, stored, version);
      }
      const state = !stored ? 'gone' : stored.content === null ? 'binary' : 'ready';
      const text = stored?.content ?? '';
      this.#put({ ...file, state, base: stored, text, isDirty: false, conflict: null, revision: file.revision + 1 });
    } catch {
      const file = this.#files.get(path);
      // Said at its place, where it can be tried again.
      if (file) this.#put({ ...file, state: 'failed' });
    }
  }

  #put(file: OpenFile): void {
    this.#files = new Map(this.#files).set(file.path, file);
    this.#publish();
  }

  #publish(): void {
    for (const listener of this.#listeners) listener();
  }
}
