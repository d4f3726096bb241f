import { v7, validate } from 'uuid';

/** Creates a UUIDv7, so that ids sort by their time of creation. Source: RFC 9562, section 5.7. */
export function newId(): string {
  return v7();
}

/** Whether a text is a UUID of any version. Check it before a query, because the database refuses other texts. */
export function isUuid(text: string): boolean {
  return validate(text);
}
