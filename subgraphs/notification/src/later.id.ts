/**
 * An id after the last one, also when the clocks of two instances disagree: the new id where it is greater, else the
 * next number after the last. A UUIDv7 stays one, for only its random end is counted up.
 */
export function toLaterId(last: string | null, id: string): string {
  if (last === null || id > last) return id;
  const digits = (BigInt(`0x${last.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
