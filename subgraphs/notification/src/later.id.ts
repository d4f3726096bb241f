/**
 * An id after the last one, even if the clocks of two instances differ: the new id if it is greater, otherwise the last id plus
 * one. The result is still a UUIDv7, because only its random part is incremented.
 */
export function toLaterId(last: string | null, id: string): string {
  if (last === null || id > last) return id;
  const digits = (BigInt(`0x${last.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
