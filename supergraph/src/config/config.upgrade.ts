import { type Document, isMap, isNode, isSeq, parseDocument } from 'yaml';
import { findPaths, parseKeyPath, toKeyPath } from './config.paths.ts';
import { ADDED_KEYS, OLD_SPELLINGS, type OldSpelling } from './old.spellings.ts';

export interface Upgrade {
  readonly from: string;
  readonly to: string;
  /** Offset of the old spelling in the text. */
  readonly offset: number;
}

/** Rewrites old spellings in a parsed file. Comments stay, and so do the nodes, so that positions remain valid. */
export function upgradeDocument(document: Document): Upgrade[] {
  for (const { beside, name, value } of ADDED_KEYS) {
    for (const path of findPaths(document.toJS(), parseKeyPath(beside))) {
      const node = document.getIn(path, true);
      if (isMap(node) && !node.has(name)) node.set(name, value);
    }
  }
  return OLD_SPELLINGS.flatMap((spelling) => {
    const from = parseKeyPath(spelling.from);
    return findPaths(document.toJS(), from).flatMap((path) => upgradeAt(document, spelling, from, path) ?? []);
  });
}

function upgradeAt(
  document: Document,
  { to, value }: OldSpelling,
  from: readonly string[],
  path: (string | number)[],
): Upgrade | null {
  const node = document.getIn(path, true);
  const offset = (node as { range?: [number, number, number] | null } | undefined)?.range?.[0] ?? 0;
  const before = isNode(node) ? node.toJS(document) : undefined;
  if (!to) {
    const after = value?.(before);
    if (after === before) return null;
    setIn(document, path, document.createNode(after));
    return { from: toKeyPath(path), to: `${toKeyPath(path)}: ${String(after)}`, offset };
  }
  const target = fillWildcards(parseKeyPath(to), from, path);
  const upgrade = { from: toKeyPath(path), to: toKeyPath(target), offset };
  // The old key has no value, and an empty list would replace the default.
  if ((before ?? null) === null && target.some((name) => typeof name === 'number')) document.deleteIn(path);
  else if (document.hasIn(target)) {
    if (!mergeInto(document, path, target)) return null;
  } else {
    document.deleteIn(path);
    setIn(document, target, value ? document.createNode(value(before)) : node);
  }
  dropEmptyParents(document, path);
  return upgrade;
}

/** Moves the keys that the new name does not have yet. A key that both have stays under the old name, and is reported as an error. */
function mergeInto(
  document: Document,
  path: readonly (string | number)[],
  target: readonly (string | number)[],
): boolean {
  const [from, to] = [document.getIn(path, true), document.getIn(target, true)];
  if (!isMap(from) || !isMap(to)) return false;
  const moved = from.items.filter(({ key }) => !to.has(key));
  for (const pair of moved) {
    from.delete(pair.key);
    to.add(pair);
  }
  if (from.items.length === 0) document.deleteIn(path);
  return moved.length > 0;
}

/** Rewrites a file's text with current spellings. Comments and order stay. */
export function upgradeConfig(text: string): { readonly text: string; readonly upgrades: readonly Upgrade[] } {
  const document = parseDocument(text);
  const upgrades = upgradeDocument(document);
  return { text: upgrades.length === 0 ? text : document.toString({ lineWidth: 0 }), upgrades };
}

function fillWildcards(
  to: readonly string[],
  from: readonly string[],
  path: readonly (string | number)[],
): (string | number)[] {
  const captured = from.flatMap((segment, index) => (segment === '*' ? [path[index]!] : []));
  return to.map((segment) => (segment === '*' ? captured.shift()! : /^\d+$/.test(segment) ? Number(segment) : segment));
}

/** Like `document.setIn`, but creates a list if the path has an index. */
function setIn(document: Document, path: readonly (string | number)[], node: unknown): void {
  for (let depth = 1; depth < path.length; depth++) {
    const parent = path.slice(0, depth);
    if (!document.hasIn(parent)) document.setIn(parent, document.createNode(typeof path[depth] === 'number' ? [] : {}));
  }
  document.setIn(path, node);
}

function dropEmptyParents(document: Document, path: readonly (string | number)[]): void {
  for (let depth = path.length - 1; depth > 0; depth--) {
    const parent = document.getIn(path.slice(0, depth), true);
    if (!(isMap(parent) || isSeq(parent)) || parent.items.length > 0) return;
    document.deleteIn(path.slice(0, depth));
  }
}
