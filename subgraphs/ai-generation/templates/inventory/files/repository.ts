export interface Entity {
  readonly id: string;
}

/** Entities by id, in memory. What comes out are copies, so that only `save` changes what is stored. */
export class Repository<T extends Entity> {
  readonly #rows = new Map<string, T>();

  save(entity: T): void {
    this.#rows.set(entity.id, { ...entity });
  }

  find(id: string): T | null {
    const row = this.#rows.get(id);
    return row ? { ...row } : null;
  }

  delete(id: string): boolean {
    return this.#rows.delete(id);
  }

  query({ where = () => true, orderBy }: { where?: (row: T) => boolean; orderBy?: keyof T } = {}): T[] {
    const rows = [...this.#rows.values()].filter(where).map((row) => ({ ...row }));
    if (orderBy === undefined) return rows;
    return rows.sort((a, b) => (a[orderBy] < b[orderBy] ? -1 : a[orderBy] > b[orderBy] ? 1 : 0));
  }
}
