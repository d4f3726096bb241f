export type Dependencies = ReadonlyMap<string, readonly string[]>;

export class CycleError extends Error {
  readonly path: readonly string[];

  constructor(path: readonly string[]) {
    super(`The tasks wait for each other: ${path.join(' → ')}`);
    this.path = path;
  }
}

/** Batches in order: every task comes after all it depends on, as early as it can. */
export function planBatches(dependencies: Dependencies): string[][] {
  const depths = new Map<string, number>();
  const visiting: string[] = [];

  const findDepth = (task: string): number => {
    const known = depths.get(task);
    if (known !== undefined) return known;
    if (visiting.includes(task)) throw new CycleError([...visiting.slice(visiting.indexOf(task)), task]);
    visiting.push(task);
    const depth = 1 + Math.max(-1, ...(dependencies.get(task) ?? []).map(findDepth));
    visiting.pop();
    depths.set(task, depth);
    return depth;
  };

  const tasks = new Set([...dependencies].flatMap(([task, needed]) => [task, ...needed]));
  const batches: string[][] = [];
  for (const task of tasks) (batches[findDepth(task)] ??= []).push(task);
  return batches.map((batch) => batch.sort());
}
