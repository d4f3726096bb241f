export interface Link {
  readonly code: string;
  readonly url: string;
  readonly clicks: number;
}

/** Short links in memory; codes count up in base 36. */
export class LinkStore {
  readonly #links = new Map<string, Link>();

  add(url: string): Link {
    const link = { code: (this.#links.size + 1).toString(36), url, clicks: 0 };
    this.#links.set(link.code, link);
    return link;
  }

  visit(code: string): Link | null {
    const link = this.#links.get(code);
    if (!link) return null;
    const visited = { ...link, clicks: link.clicks + 1 };
    this.#links.set(code, visited);
    return visited;
  }

  all(): Link[] {
    return [...this.#links.values()];
  }
}
