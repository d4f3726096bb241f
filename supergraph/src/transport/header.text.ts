/** Longest value that goes into one header of another request. */
const MAX_LENGTH = 8_192;

/** Whether a text may stand as the value of a header (RFC 9110, section 5.5): clients that send JSON can say anything. */
export function isHeaderText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_LENGTH && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
