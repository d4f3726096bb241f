import { type Collection, type Document, MongoClient, type Filter as MongoFilter, MongoServerError } from 'mongodb';
import type { Condition, DocumentCollection, Documents, Filter, FindOptions, StoredDocument } from './documents.ts';

export interface MongoDocumentsOptions {
  /** `mongodb://` or `mongodb+srv://`. */
  readonly url: string;
  readonly database: string;
}

/** Source: https://www.mongodb.com/docs/manual/reference/error-codes/ */
const DUPLICATE_KEY = 11000;

/**
 * Opens documents in MongoDB. They use single-document operations only, which need neither sessions nor a replica set.
 *
 * @throws if the server does not answer within five seconds
 */
export async function openMongoDocuments({ url, database }: MongoDocumentsOptions): Promise<Documents> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
    ignoreUndefined: true,
    // A write succeeds only when a majority of the replica set has the data.
    writeConcern: { w: 'majority' },
  });
  try {
    await client.connect();
  } catch (error) {
    await client.close();
    throw error;
  }
  const db = client.db(database);
  return {
    collection: <T extends StoredDocument>(name: string) => new MongoCollection<T>(db.collection(name)),
    async [Symbol.asyncDispose]() {
      await client.close();
    },
  };
}

// The driver's types of filters and updates depend on T and cannot be resolved in generic code, hence `Document`.
class MongoCollection<T extends StoredDocument> implements DocumentCollection<T> {
  readonly #collection: Collection<Document>;

  constructor(collection: Collection<Document>) {
    this.#collection = collection;
  }

  async insertOne(document: T): Promise<boolean> {
    try {
      await this.#collection.insertOne({ ...document } as Document);
      return true;
    } catch (error) {
      if (error instanceof MongoServerError && error.code === DUPLICATE_KEY) return false;
      throw error;
    }
  }

  async findOne(filter: Filter<T>): Promise<T | null> {
    return (await this.#collection.findOne(toMongoFilter(filter))) as T | null;
  }

  async find(filter: Filter<T>, options: FindOptions<T> = {}): Promise<T[]> {
    return (await this.#cursor(filter, options).toArray()) as unknown[] as T[];
  }

  async findFields<Name extends keyof T & string>(
    filter: Filter<T>,
    fields: readonly Name[],
    options: FindOptions<T> = {},
  ): Promise<Pick<T, Name | '_id'>[]> {
    const projection = Object.fromEntries(['_id', ...fields].map((name) => [name, 1]));
    return (await this.#cursor(filter, options).project(projection).toArray()) as unknown[] as Pick<T, Name | '_id'>[];
  }

  countDocuments(filter: Filter<T>): Promise<number> {
    return this.#collection.countDocuments(toMongoFilter(filter));
  }

  async replaceOne(filter: Filter<T>, document: T): Promise<boolean> {
    return (await this.#collection.replaceOne(toMongoFilter(filter), { ...document })).matchedCount === 1;
  }

  async updateOne(filter: Filter<T>, set: Partial<Omit<T, '_id'>>): Promise<boolean> {
    return (await this.#collection.updateOne(toMongoFilter(filter), { $set: set })).matchedCount === 1;
  }

  async deleteOne(filter: Filter<T>): Promise<boolean> {
    return (await this.#collection.deleteOne(toMongoFilter(filter))).deletedCount === 1;
  }

  async deleteMany(filter: Filter<T>): Promise<number> {
    return (await this.#collection.deleteMany(toMongoFilter(filter))).deletedCount;
  }

  async createIndex(fields: readonly string[], { unique = false }: { readonly unique?: boolean } = {}): Promise<void> {
    await this.#collection.createIndex(Object.fromEntries(fields.map((name) => [name, 1])), { unique });
  }

  #cursor(filter: Filter<T>, { sort = [], limit }: FindOptions<T>) {
    const cursor = this.#collection.find(toMongoFilter(filter));
    if (sort.length > 0) {
      cursor.sort(Object.fromEntries(sort.map(({ field, direction }) => [field, direction === 'ascending' ? 1 : -1])));
    }
    return limit === undefined ? cursor : cursor.limit(limit);
  }
}

function toMongoFilter<T>(filter: Filter<T>): MongoFilter<Document> {
  return Object.fromEntries(
    Object.entries(filter)
      .filter(([, wanted]) => wanted !== undefined)
      .map(([name, wanted]) => {
        // An explicit `$eq` also prevents a value from being interpreted as an operator.
        return [
          name,
          wanted !== null && typeof wanted === 'object' ? toOperators(wanted as Condition) : { $eq: wanted },
        ];
      }),
  );
}

function toOperators({ has, includes, in: among, ...ranges }: Condition): Document {
  const operators: Document = {};
  if (has !== undefined) operators.$eq = has;
  if (among) operators.$in = among;
  if (includes !== undefined) operators.$regex = includes.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  for (const [name, bound] of Object.entries(ranges)) if (bound !== undefined) operators[`$${name}`] = bound;
  return operators;
}
