import { v7 } from 'uuid';

/** A new id: UUIDv7, so that ids sort by the time they were made. Source: RFC 9562, section 5.7. */
export function newId(): string {
  return v7();
}
