export interface NewBookmark {
  readonly url: string;
  readonly tags: readonly string[];
}

export interface Bookmark extends NewBookmark {
  readonly id: number;
}

/** Bookmarks in memory, in the order they were added. */
export class BookmarkStore {
  #bookmarks: Bookmark[] = [];
  #nextId = 1;

  add(bookmark: NewBookmark): Bookmark {
    const added = { id: this.#nextId++, ...bookmark };
    this.#bookmarks.push(added);
    return added;
  }

  /** All, or those with a tag. */
  list(tag?: string): readonly Bookmark[] {
    return tag === undefined ? this.#bookmarks : this.#bookmarks.filter(({ tags }) => tags.includes(tag));
  }

  /** Whether there was one. */
  remove(id: number): boolean {
    const index = this.#bookmarks.findIndex((bookmark) => bookmark.id === id);
    if (index === -1) return false;
    this.#bookmarks.splice(index, 1);
    return true;
  }
}

/** What a client sent, as a bookmark, or what is wrong with it. */
export function parseBookmark(body: unknown): NewBookmark | { error: string } {
  const { url, tags = [] } = (body ?? {}) as { url?: unknown; tags?: unknown };
  if (typeof url !== 'string' || !URL.canParse(url)) return { error: 'Expected an absolute URL as url.' };
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) {
    return { error: 'Expected a list of strings as tags.' };
  }
  return { url, tags };
}
