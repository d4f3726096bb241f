/** Where to go once signed in: an address of this page only, whatever a link says. */
export function toNextPath(next: string | null): string {
  return next && /^\/(?![/\\])[^\\\s]*$/.test(next) ? next : '/';
}
