import type { DocumentCollection, Documents, Json } from '../../src/documents/documents.ts';
import { newId } from '../../src/id.ts';
import * as fc from '../../src/testing/property.ts';

interface Thing {
  readonly _id: string;
  readonly name?: string | null;
  readonly number?: number;
  readonly tags?: readonly string[];
  readonly nested?: Json;
}

/** What every document store does. */
export function describeDocuments(driver: string, start: () => Promise<Documents>): void {
  describe(`documents: ${driver}`, () => {
    let documents: Documents;
    let things: DocumentCollection<Thing>;
    beforeAll(async () => {
      documents = await start();
    });
    afterAll(() => documents[Symbol.asyncDispose]());
    beforeEach(() => {
      things = documents.collection<Thing>(`things_${newId()}`);
    });

    it('keeps a document as it was given', async () => {
      const thing: Thing = {
        _id: 'a',
        name: null,
        nested: { deep: [{ list: [1, 2.5, null, true, 'text'] }], empty: {} },
      };
      expect(await things.insertOne(thing)).toBe(true);
      expect(await things.findOne({ _id: 'a' })).toEqual(thing);
      expect(await things.findOne({ _id: 'b' })).toBeNull();
    });

    it('keeps any JSON', async () => {
      const json = fc
        .jsonValue({ depthSize: 'small', noUnicodeString: false })
        .filter((value) => isStorable(value as Json));
      await fc.assert(
        fc.asyncProperty(json, async (value) => {
          const thing = { _id: newId(), nested: value as Json };
          await things.insertOne(thing);
          expect(await things.findOne({ _id: thing._id })).toEqual(JSON.parse(JSON.stringify(thing)));
        }),
        { numRuns: 50 },
      );
    });

    it('inserts an id once, whoever comes first', async () => {
      const inserted = await Promise.all([1, 2, 3, 4, 5].map((number) => things.insertOne({ _id: 'a', number })));
      expect(inserted.filter(Boolean)).toHaveLength(1);
      expect(await things.findOne({ _id: 'a' })).toEqual({ _id: 'a', number: inserted.indexOf(true) + 1 });
    });

    it('keeps a unique index', async () => {
      await things.createIndex(['name', 'number'], { unique: true });
      await things.createIndex(['name', 'number'], { unique: true });
      expect(await things.insertOne({ _id: 'a', name: 'x', number: 1 })).toBe(true);
      expect(await things.insertOne({ _id: 'b', name: 'x', number: 2 })).toBe(true);
      expect(await things.insertOne({ _id: 'c', name: 'x', number: 1 })).toBe(false);
      expect(await things.countDocuments({})).toBe(2);
    });

    it('replaces and updates only what meets the whole filter', async () => {
      await things.insertOne({ _id: 'a', number: 1, name: 'one' });
      expect(await things.replaceOne({ _id: 'a', number: 2 }, { _id: 'a', number: 9 })).toBe(false);
      expect(await things.updateOne({ _id: 'a', number: 1 }, { number: 2, tags: ['t'] })).toBe(true);
      expect(await things.findOne({ _id: 'a' })).toEqual({ _id: 'a', number: 2, name: 'one', tags: ['t'] });
      expect(await things.replaceOne({ _id: 'a', number: 2 }, { _id: 'a', number: 3 })).toBe(true);
      expect(await things.findOne({ _id: 'a' })).toEqual({ _id: 'a', number: 3 });
      expect(await things.updateOne({ _id: 'b' }, { number: 2 })).toBe(false);
      expect(await things.countDocuments({})).toBe(1);
    });

    it('compare-and-set loses no update', async () => {
      await things.insertOne({ _id: 'a', number: 0 });
      const increment = async () => {
        for (;;) {
          const number = (await things.findOne({ _id: 'a' }))?.number ?? 0;
          if (await things.updateOne({ _id: 'a', number }, { number: number + 1 })) return;
        }
      };
      await Promise.all(Array.from({ length: 10 }, increment));
      expect((await things.findOne({ _id: 'a' }))?.number).toBe(10);
    });

    it('finds by conditions', async () => {
      await insertAll(things, [
        { _id: 'a', number: 9, name: 'Zebra', tags: ['x', 'y'] },
        { _id: 'b', number: 10, name: 'apple 100% _', tags: [] },
        { _id: 'c', number: 100, name: null },
        { _id: 'd', name: "it's $gt (a.b)" },
      ]);
      const ids = async (filter: Parameters<typeof things.find>[0]) =>
        (await things.find(filter, { sort: [{ field: '_id', direction: 'ascending' }] })).map(({ _id }) => _id);
      expect(await ids({ number: { gt: 9 } })).toEqual(['b', 'c']);
      expect(await ids({ number: { gte: 9, lt: 100 } })).toEqual(['a', 'b']);
      expect(await ids({ name: { lte: 'a' } })).toEqual(['a']);
      expect(await ids({ name: { gt: 'apple' } })).toEqual(['b', 'd']);
      expect(await ids({ _id: { gt: 'b' } })).toEqual(['c', 'd']);
      expect(await ids({ _id: { in: ['a', 'd', 'z'] } })).toEqual(['a', 'd']);
      expect(await ids({ number: { in: [9, 100] } })).toEqual(['a', 'c']);
      expect(await ids({ number: { in: [] } })).toEqual([]);
      expect(await ids({ tags: { has: 'y' } })).toEqual(['a']);
      expect(await ids({ number: null })).toEqual(['d']);
      expect(await ids({ name: null })).toEqual(['c']);
      expect(await ids({ name: { includes: '0% _' } })).toEqual(['b']);
      expect(await ids({ name: { includes: '(a.b' } })).toEqual(['d']);
      expect(await ids({ name: { includes: 'a.b' } })).toEqual(['d']);
      expect(await ids({ name: "it's $gt (a.b)", number: undefined })).toEqual(['d']);
      expect(await ids({ name: { includes: 'zebra' } })).toEqual([]);
      expect(await things.countDocuments({ number: { gt: 9 } })).toBe(2);
    });

    it('takes a value for a value, whatever it looks like', async () => {
      const odd = ["'", '"', '\\', '$1', "'); drop table x; --", '{"$gt":""}', '%', 'é😀'];
      await insertAll(
        things,
        odd.map((name, index) => ({ _id: `${name}${index}`, name, number: index })),
      );
      for (const [index, name] of odd.entries()) {
        expect(await numbers(things, { name })).toEqual([index]);
        expect(await numbers(things, { _id: `${name}${index}` })).toEqual([index]);
        expect(await numbers(things, { name: { in: [name] } })).toEqual([index]);
      }
    });

    it('sorts by value, strings by code point', async () => {
      const names = ['b', 'a', 'B', 'é', '10', '9', 'aa', '_'];
      await insertAll(
        things,
        names.map((name, index) => ({ _id: name, name, number: index * 3 })),
      );
      const sorted = await things.find({}, { sort: [{ field: 'name', direction: 'ascending' }] });
      expect(sorted.map(({ name }) => name)).toEqual(['10', '9', 'B', '_', 'a', 'aa', 'b', 'é']);
      const two = await things.find(
        { number: { lt: 15 } },
        { sort: [{ field: 'number', direction: 'descending' }], limit: 2 },
      );
      expect(two.map(({ number }) => number)).toEqual([12, 9]);
    });

    it('pages by keyset through all, once', async () => {
      await things.createIndex(['name', 'number']);
      await insertAll(
        things,
        Array.from({ length: 25 }, (_, index) => ({ _id: newId(), name: 'p', number: index })),
      );
      const seen: number[] = [];
      for (let after = -1; ; after = seen.at(-1)!) {
        const page = await things.find(
          { name: 'p', number: { gt: after } },
          { sort: [{ field: 'number', direction: 'ascending' }], limit: 10 },
        );
        if (page.length === 0) break;
        seen.push(...page.map(({ number }) => number!));
      }
      expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => index));
    });

    it('gives only the fields that are asked for', async () => {
      await things.insertOne({ _id: 'a', name: null, number: 1, tags: ['t'] });
      expect(await things.findFields({}, ['name', 'tags', 'nested'])).toEqual([{ _id: 'a', name: null, tags: ['t'] }]);
    });

    it('deletes', async () => {
      await insertAll(
        things,
        ['a', 'b', 'c', 'd'].map((_id, number) => ({ _id, number })),
      );
      expect(await things.deleteOne({ _id: 'a', number: 7 })).toBe(false);
      expect(await things.deleteOne({ _id: 'a', number: 0 })).toBe(true);
      expect(await things.deleteMany({ number: { gte: 2 } })).toBe(2);
      expect(await things.find({})).toEqual([{ _id: 'b', number: 1 }]);
    });
  });
}

async function insertAll(things: DocumentCollection<Thing>, all: readonly Thing[]): Promise<void> {
  for (const thing of all) expect(await things.insertOne(thing)).toBe(true);
}

async function numbers(things: DocumentCollection<Thing>, filter: Parameters<typeof things.find>[0]) {
  const found = await things.find(filter, { sort: [{ field: '_id', direction: 'ascending' }] });
  return found.map(({ number }) => number);
}

/** Within what the interface promises: no `$` or dot in names, no U+0000, no lone surrogate, no negative zero. */
function isStorable(value: Json): boolean {
  if (typeof value === 'string') return !value.includes('\u0000') && value.isWellFormed();
  if (typeof value === 'number') return !Object.is(value, -0) && Math.abs(value) < 2 ** 53;
  if (Array.isArray(value)) return value.every(isStorable);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(
    ([name, item]) => !/^$|^\$|\.|^__proto__$/.test(name) && isStorable(name) && isStorable(item),
  );
}
