import type { InstanceAddress } from './instance.ts';

/** Where the instances of subgraphs are. */
export interface InstanceDirectory extends AsyncDisposable {
  instancesOf(subgraph: string): readonly InstanceAddress[];
  /** Calls back with the name of a subgraph whose instances changed; the answer stops that. */
  onChange(listener: (subgraph: string) => void): () => void;
}

/** One instance of each subgraph, at its URL. */
export function createStaticDirectory(urls: ReadonlyMap<string, string>): InstanceDirectory {
  return {
    instancesOf(subgraph) {
      const url = urls.get(subgraph);
      return url !== undefined && URL.canParse(url) ? [{ url }] : [];
    },
    onChange: () => () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
