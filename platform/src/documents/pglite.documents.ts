import pg from 'pg';
import type { Condition, DocumentCollection, Documents, Filter, FindOptions, StoredDocument } from './documents.ts';

export interface PgliteDocumentsOptions {
  /** `postgres://` URL of PGlite's socket or of a PostgreSQL server. */
  readonly url: string;
  /** PostgreSQL schema of the collections; created if it is missing. */
  readonly schema: string;
}

/**
 * Opens documents in PostgreSQL, with one table per collection, for running without MongoDB. Fields compare as `jsonb`. For values
 * of one type, this is MongoDB's order if the database's collation is "C", as PGlite's is.
 * Source: https://www.postgresql.org/docs/18/datatype-json.html#JSON-INDEXING
 */
export async function openPgliteDocuments({ url, schema }: PgliteDocumentsOptions): Promise<Documents> {
  // One connection, because PGlite serves one at a time and has few of them.
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 30_000, query_timeout: 30_000 });
  // A broken idle connection is replaced at the next query, which reports an error if the fault persists.
  pool.on('error', () => undefined);
  const close = async () => {
    await pool.end();
  };
  try {
    await pool.query(`create schema if not exists ${pg.escapeIdentifier(schema)}`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    collection: <T extends StoredDocument>(name: string) => new PgliteCollection<T>(pool, schema, name),
    [Symbol.asyncDispose]: close,
  };
}

class PgliteCollection<T extends StoredDocument> implements DocumentCollection<T> {
  readonly #pool: pg.Pool;
  readonly #name: string;
  readonly #table: string;
  #created: Promise<unknown> | null = null;

  constructor(pool: pg.Pool, schema: string, name: string) {
    this.#pool = pool;
    this.#name = name;
    this.#table = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
  }

  async insertOne(document: T): Promise<boolean> {
    const sql = `insert into ${this.#table} (_id, data) values ($1, $2) on conflict do nothing`;
    return (await this.#run(sql, [document._id, JSON.stringify(document)])).rowCount === 1;
  }

  async findOne(filter: Filter<T>): Promise<T | null> {
    return (await this.find(filter, { limit: 1 }))[0] ?? null;
  }

  find(filter: Filter<T>, options: FindOptions<T> = {}): Promise<T[]> {
    return this.#select('data', filter, options);
  }

  findFields<Name extends keyof T & string>(
    filter: Filter<T>,
    fields: readonly Name[],
    options: FindOptions<T> = {},
  ): Promise<Pick<T, Name | '_id'>[]> {
    const names = ['_id', ...fields].map((name) => pg.escapeLiteral(name)).join(', ');
    return this.#select(
      `(select jsonb_object_agg(key, value) from jsonb_each(data) where key in (${names}))`,
      filter,
      options,
    );
  }

  async countDocuments(filter: Filter<T>): Promise<number> {
    const where = toWhere(filter);
    const { rows } = await this.#run(`select count(*)::int as count from ${this.#table} ${where.sql}`, where.values);
    return rows[0].count;
  }

  async replaceOne(filter: Filter<T>, document: T): Promise<boolean> {
    const where = toWhere(filter, [JSON.stringify(document)]);
    return (await this.#run(`update ${this.#table} set data = $1 ${where.sql}`, where.values)).rowCount === 1;
  }

  async updateOne(filter: Filter<T>, set: Partial<Omit<T, '_id'>>): Promise<boolean> {
    const where = toWhere(filter, [JSON.stringify(set)]);
    return (
      (await this.#run(`update ${this.#table} set data = data || $1::jsonb ${where.sql}`, where.values)).rowCount === 1
    );
  }

  async deleteOne(filter: Filter<T>): Promise<boolean> {
    return (await this.deleteMany(filter)) === 1;
  }

  async deleteMany(filter: Filter<T>): Promise<number> {
    const where = toWhere(filter);
    return (await this.#run(`delete from ${this.#table} ${where.sql}`, where.values)).rowCount ?? 0;
  }

  async createIndex(fields: readonly string[], { unique = false }: { readonly unique?: boolean } = {}): Promise<void> {
    const name = pg.escapeIdentifier([this.#name, ...fields, 'idx'].join('_'));
    const expressions = fields.map((field) => `(${toExpression(field)})`).join(', ');
    await this.#run(
      `create ${unique ? 'unique' : ''} index if not exists ${name} on ${this.#table} (${expressions})`,
      [],
    );
  }

  async #select<Row>(columns: string, filter: Filter<T>, { sort = [], limit }: FindOptions<T>): Promise<Row[]> {
    const where = toWhere(filter);
    const order = sort.map(
      ({ field, direction }) => toExpression(field) + (direction === 'ascending' ? ' asc' : ' desc'),
    );
    const sql = [
      `select ${columns} as document from ${this.#table} ${where.sql}`,
      order.length > 0 ? `order by ${order.join(', ')}` : '',
      limit === undefined ? '' : `limit ${Number(limit)}`,
    ].join(' ');
    return (await this.#run(sql, where.values)).rows.map(({ document }) => document);
  }

  async #run(sql: string, values: unknown[]): Promise<pg.QueryResult> {
    this.#created ??= this.#pool.query(
      `create table if not exists ${this.#table} (_id text collate "C" primary key, data jsonb not null)`,
    );
    try {
      await this.#created;
    } catch (error) {
      this.#created = null;
      throw error;
    }
    return this.#pool.query(sql, values);
  }
}

function toExpression(field: string): string {
  return field === '_id' ? '_id' : `data -> ${pg.escapeLiteral(field)}`;
}

/** @param values the values of the preceding parameters */
function toWhere<T>(filter: Filter<T>, values: unknown[] = []): { sql: string; values: unknown[] } {
  const conditions = Object.entries(filter).flatMap(([field, wanted]) => {
    if (wanted === undefined) return [];
    if (wanted !== null && typeof wanted === 'object') return toConditions(field, wanted as Condition, values);
    return [
      wanted === null ? `coalesce(${toExpression(field)}, 'null') = 'null'` : compare(field, '=', wanted, values),
    ];
  });
  return { sql: conditions.length > 0 ? `where ${conditions.join(' and ')}` : '', values };
}

const OPERATORS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

function toConditions(field: string, condition: Condition, values: unknown[]): string[] {
  const conditions: string[] = [];
  if (condition.has !== undefined) conditions.push(compare(field, '@>', condition.has, values));
  if (condition.in) {
    const wanted = condition.in.map((value) => (field === '_id' ? value : JSON.stringify(value)));
    conditions.push(`${toExpression(field)} = any($${values.push(wanted)}::${field === '_id' ? 'text' : 'jsonb'}[])`);
  }
  if (condition.includes !== undefined) {
    const text = field === '_id' ? '_id' : `data ->> ${pg.escapeLiteral(field)}`;
    conditions.push(`position($${values.push(condition.includes)} in ${text}) > 0`);
  }
  for (const name of ['gt', 'gte', 'lt', 'lte'] as const) {
    const bound = condition[name];
    if (bound === undefined) continue;
    conditions.push(compare(field, OPERATORS[name], bound, values));
    // MongoDB compares values of one type only, while jsonb also orders values of different types.
    if (field !== '_id') conditions.push(`jsonb_typeof(${toExpression(field)}) = '${typeof bound}'`);
  }
  return conditions;
}

function compare(field: string, operator: string, value: unknown, values: unknown[]): string {
  const parameter = `$${values.push(field === '_id' ? value : JSON.stringify(value))}`;
  return `${toExpression(field)} ${operator} ${parameter}${field === '_id' ? '' : '::jsonb'}`;
}
