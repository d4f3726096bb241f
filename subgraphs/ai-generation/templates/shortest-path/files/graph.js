import { MinHeap } from './heap.js';

/** An undirected graph with non-negative weights. */
export class Graph {
  #edges = new Map();

  static from(edges) {
    const graph = new Graph();
    for (const [a, b, weight] of edges) graph.connect(a, b, weight);
    return graph;
  }

  get nodes() {
    return [...this.#edges.keys()];
  }

  connect(a, b, weight) {
    if (weight < 0) throw new RangeError(`The weight between ${a} and ${b} is negative.`);
    for (const [from, to] of [[a, b], [b, a]]) {
      if (!this.#edges.has(from)) this.#edges.set(from, new Map());
      this.#edges.get(from).set(to, weight);
    }
  }

  /** The shortest way as `{ path, distance }`, or null when there is none. */
  findPath(start, goal) {
    const distances = new Map([[start, 0]]);
    const previous = new Map();
    const queue = new MinHeap();
    queue.push(start, 0);
    while (queue.size > 0) {
      const { item: node, priority: distance } = queue.pop();
      if (node === goal) return { path: trace(previous, goal), distance };
      // A shorter way to this node was found after this entry had been queued.
      if (distance > distances.get(node)) continue;
      for (const [next, weight] of this.#edges.get(node) ?? []) {
        const candidate = distance + weight;
        if (candidate >= (distances.get(next) ?? Infinity)) continue;
        distances.set(next, candidate);
        previous.set(next, node);
        queue.push(next, candidate);
      }
    }
    return null;
  }
}

function trace(previous, goal) {
  const path = [goal];
  while (previous.has(path[0])) path.unshift(previous.get(path[0]));
  return path;
}
