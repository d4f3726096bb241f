/** What a field may hold. Times are ISO 8601 strings, bytes are base64: both drivers keep exactly these. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

type Scalar = string | number | boolean | null;

/** A JSON object with a string id. Field names do not begin with `$` and hold no dot. Strings hold no U+0000. */
export interface StoredDocument {
  readonly _id: string;
}

/** Conditions on one field; all must hold. A missing field meets none of them, except `eq: null`. */
export interface Condition {
  /** Of an array: one of its elements is it. */
  readonly has?: Scalar;
  readonly in?: readonly Scalar[];
  /** Strings compare by code point, numbers by value. */
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly lt?: string | number;
  readonly lte?: string | number;
  /** Case-sensitive part of a string. */
  readonly includes?: string;
}

/** Top-level fields that hold scalars and what they must be: a scalar means equal (null also means missing). All must hold. */
export type Filter<T> = { readonly [Name in keyof T]?: Scalar | Condition };

/** Exactly one document, and only while it meets the rest of the filter: compare-and-set. */
type OneFilter<T> = Filter<T> & { readonly _id: string };

export interface FindOptions<T> {
  /** The order; without one there is none. Fields of one sort hold values of one type. */
  readonly sort?: readonly { readonly field: keyof T & string; readonly direction: 'ascending' | 'descending' }[];
  /** Default: no limit. */
  readonly limit?: number;
}

/** One collection. Every operation is atomic for one document, and for no more than one. */
export interface DocumentCollection<T extends StoredDocument> {
  /** @returns false, and nothing changes, when the id or the value of a unique index is taken */
  insertOne(document: T): Promise<boolean>;
  findOne(filter: Filter<T>): Promise<T | null>;
  find(filter: Filter<T>, options?: FindOptions<T>): Promise<T[]>;
  /** As `find`, with these fields only, and the id. */
  findFields<Name extends keyof T & string>(
    filter: Filter<T>,
    fields: readonly Name[],
    options?: FindOptions<T>,
  ): Promise<Pick<T, Name | '_id'>[]>;
  countDocuments(filter: Filter<T>): Promise<number>;
  /** @returns false, and nothing changes, when no document meets the filter */
  replaceOne(filter: OneFilter<T>, document: T): Promise<boolean>;
  /** Sets top-level fields. @returns false, and nothing changes, when no document meets the filter */
  updateOne(filter: OneFilter<T>, set: Partial<Omit<T, '_id'>>): Promise<boolean>;
  /** @returns whether there was one to delete */
  deleteOne(filter: OneFilter<T>): Promise<boolean>;
  /** @returns how many were deleted */
  deleteMany(filter: Filter<T>): Promise<number>;
  /** Serves filters and sorts that begin with these fields, in this order. Doing it again changes nothing. */
  createIndex(fields: readonly (keyof T & string)[], options?: { readonly unique?: boolean }): Promise<void>;
}

/** Collections of JSON documents, made when first used. */
export interface Documents extends AsyncDisposable {
  collection<T extends StoredDocument>(name: string): DocumentCollection<T>;
}
