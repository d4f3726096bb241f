/** Links in memory, by their code: a running number in base 36. */
export class LinkStore {
  #links = new Map();

  add(url) {
    const code = (this.#links.size + 1).toString(36);
    const link = { code, url, visits: 0 };
    this.#links.set(code, link);
    return link;
  }

  find(code) {
    return this.#links.get(code);
  }

  /** The link, with this visit counted. */
  visit(code) {
    const link = this.#links.get(code);
    if (link) link.visits += 1;
    return link;
  }
}
