import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';

export interface Position {
  /** Line and column count from 1. */
  readonly line: number;
  readonly column: number;
}

type Path = readonly PropertyKey[];

/** Finds positions in a parsed file. A missing element has the position of its nearest parent. */
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

  /** The position of a value. */
  ofValue(path: Path): Position {
    for (let depth = path.length; depth > 0; depth--) {
      const node = this.#node(path.slice(0, depth));
      const offset = isNode(node) ? node.range?.[0] : undefined;
      if (offset !== undefined) return depth === path.length ? this.at(offset) : this.ofKey(path.slice(0, depth));
    }
    return this.at(this.#document.contents?.range?.[0] ?? 0);
  }

  /** The position of a value's name, or of the value itself in a list. */
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
