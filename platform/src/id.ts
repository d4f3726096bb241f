import { v7, validate } from 'uuid';

/** A new id: UUIDv7, so that ids sort by the time they were made. Source: RFC 9562, section 5.7. */
export function newId(): string {
  return v7();
}

/** Whether a text is a UUID of any version: asked before a database that would refuse anything else. */
export function isUuid(text: string): boolean {
  return validate(text);
}
