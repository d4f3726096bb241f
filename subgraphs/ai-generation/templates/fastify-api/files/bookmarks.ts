import type { FastifyPluginAsync } from 'fastify';

interface Bookmark {
  readonly id: number;
  readonly url: string;
  readonly tags: readonly string[];
}

const bookmarkSchema = {
  type: 'object',
  required: ['url'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', format: 'uri', maxLength: 2_000 },
    tags: { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true, default: [] },
  },
} as const;

/** GET / with ?tag=, POST /, DELETE /:id, over bookmarks in memory. */
export const bookmarkRoutes: FastifyPluginAsync = async (app) => {
  const bookmarks = new Map<number, Bookmark>();
  let nextId = 1;

  app.get<{ Querystring: { tag?: string } }>('/', async ({ query: { tag } }) =>
    [...bookmarks.values()].filter(({ tags }) => tag === undefined || tags.includes(tag)),
  );

  app.post<{ Body: Omit<Bookmark, 'id'> }>('/', { schema: { body: bookmarkSchema } }, async ({ body }, reply) => {
    const bookmark = { id: nextId++, ...body };
    bookmarks.set(bookmark.id, bookmark);
    return reply.code(201).send(bookmark);
  });

  app.delete<{ Params: { id: number } }>(
    '/:id',
    { schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } } },
    async ({ params: { id } }, reply) => {
      if (!bookmarks.delete(id)) return reply.code(404).send({ message: `There is no bookmark ${id}` });
      return reply.code(204).send();
    },
  );
};
