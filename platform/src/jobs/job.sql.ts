/** The instant that counts, for `NOW` and `LATER`: null where it is the database's clock, which all instances share. */
export type ReadClock = () => string | null;

export const NOW = 'coalesce(?::timestamptz, clock_timestamp())';
/** Its second parameter: milliseconds from now. */
export const LATER = `${NOW} + ? * interval '1 millisecond'`;

/** A list as PostgreSQL writes one; for ids and numbers, which need no quotes. */
export function toArray(values: readonly (string | number)[]): string {
  return `{${values.join(',')}}`;
}
