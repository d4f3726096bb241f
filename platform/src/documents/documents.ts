/** The value of a field. Times are ISO 8601 strings, bytes are base64. Both drivers store exactly these types. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

type Scalar = string | number | boolean | null;

/** A JSON object with a string id. Field names do not begin with `$` or contain a dot. Strings do not contain U+0000. */
export interface StoredDocument {
  readonly _id: string;
}

/** Conditions on one field; all must hold. A missing field meets only `eq: null`. */
export interface Condition {
  /** An array with this element. */
  readonly has?: Scalar;
  readonly in?: readonly Scalar[];
  /** Strings compare by code point, numbers by value. */
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly lt?: string | number;
  readonly lte?: string | number;
  /** A string with this part; case-sensitive. */
  readonly includes?: string;
}

/** Conditions on top-level scalar fields; all must hold. A scalar means equality, and null also matches a missing field. */
export type Filter<T> = { readonly [Name in keyof T]?: Scalar | Condition };

/** Selects one document by its id, and only if it meets the other conditions: for compare-and-set. */
type OneFilter<T> = Filter<T> & { readonly _id: string };

export interface FindOptions<T> {
  /** The order of the result; without it, the order is undefined. A sort field has values of one type. */
  readonly sort?: readonly { readonly field: keyof T & string; readonly direction: 'ascending' | 'descending' }[];
  /** Default: no limit. */
  readonly limit?: number;
}

/** One collection. Each operation is atomic for a single document only. */
export interface DocumentCollection<T extends StoredDocument> {
  /** @returns false, without a change, if the id or the value of a unique index exists already */
  insertOne(document: T): Promise<boolean>;
  findOne(filter: Filter<T>): Promise<T | null>;
  find(filter: Filter<T>, options?: FindOptions<T>): Promise<T[]>;
  /** Like `find`, but returns only these fields and the id. */
  findFields<Name extends keyof T & string>(
    filter: Filter<T>,
    fields: readonly Name[],
    options?: FindOptions<T>,
  ): Promise<Pick<T, Name | '_id'>[]>;
  countDocuments(filter: Filter<T>): Promise<number>;
  /** @returns false, without a change, if no document meets the filter */
  replaceOne(filter: OneFilter<T>, document: T): Promise<boolean>;
  /** Sets top-level fields. @returns false, without a change, if no document meets the filter */
  updateOne(filter: OneFilter<T>, set: Partial<Omit<T, '_id'>>): Promise<boolean>;
  /** @returns whether a document was deleted */
  deleteOne(filter: OneFilter<T>): Promise<boolean>;
  /** @returns the number of deleted documents */
  deleteMany(filter: Filter<T>): Promise<number>;
  /** Creates an index for filters and sorts that begin with these fields, in this order. Idempotent. */
  createIndex(fields: readonly (keyof T & string)[], options?: { readonly unique?: boolean }): Promise<void>;
}

/** Collections of JSON documents. A collection is created at its first use. */
export interface Documents extends AsyncDisposable {
  collection<T extends StoredDocument>(name: string): DocumentCollection<T>;
}
