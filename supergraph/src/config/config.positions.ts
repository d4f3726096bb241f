import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';

export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

type Path = readonly PropertyKey[];

/** Where things of a parsed file stand; what is missing stands where its nearest parent does. */
export class Positions {
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Of a value. */
  ofValue(path: Path): Position {
    for (let depth = path.length; depth > 0; depth--) {
      const node = this.#node(path.slice(0, depth));
      const offset = isNode(node) ? node.range?.[0] : undefined;
      if (offset !== undefined) return depth === path.length ? this.at(offset) : this.ofKey(path.slice(0, depth));
    }
    return this.at(this.#document.contents?.range?.[0] ?? 0);
  }

  /** Of the name that a value is given under; the value's own place in a list. */
  ofKey(path: Path): Position {
    const parent = path.length === 1 ? this.#document.contents : this.#node(path.slice(0, -1));
    const name = path.at(-1);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(name))
      : undefined;
    const offset = isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    return offset === undefined ? this.ofValue(path) : this.at(offset);
  }

  #node(path: Path): unknown {
    return this.#document.getIn(path as string[], true);
  }
}
