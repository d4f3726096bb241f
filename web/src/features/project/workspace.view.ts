/** What stands in the middle of the workspace, as its address says. */
export type WorkspaceView =
  | { readonly kind: 'files' }
  | { readonly kind: 'version'; readonly number: number }
  | { readonly kind: 'diff'; readonly from: number; readonly to: number }
  | { readonly kind: 'generation'; readonly id: string }
  | { readonly kind: 'unknown' };

/** `rest` is what follows `/p/:project/`: `v/3`, `diff/1..3`, `g/ID`, or nothing. */
export function toWorkspaceView(rest: string): WorkspaceView {
  if (rest === '') return { kind: 'files' };
  const version = /^v\/(\d{1,9})$/.exec(rest);
  if (version) return { kind: 'version', number: Number(version[1]) };
  const diff = /^diff\/(\d{1,9})\.\.(\d{1,9})$/.exec(rest);
  if (diff) return { kind: 'diff', from: Number(diff[1]), to: Number(diff[2]) };
  const generation = /^g\/([\w-]{1,64})$/.exec(rest);
  if (generation?.[1]) return { kind: 'generation', id: generation[1] };
  return { kind: 'unknown' };
}
