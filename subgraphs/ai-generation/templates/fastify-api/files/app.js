import Fastify from 'fastify';
import { LinkStore } from './link.store.js';

const newLink = {
  type: 'object',
  required: ['url'],
  additionalProperties: false,
  properties: { url: { type: 'string', format: 'uri', pattern: '^https?://' } },
};

/** The service, not yet listening, so that tests can call `app.inject()`. */
export function createApp({ links = new LinkStore() } = {}) {
  const app = Fastify();

  app.post('/links', { schema: { body: newLink } }, (request, reply) => {
    reply.code(201).send(links.add(request.body.url));
  });

  app.get('/links/:code', (request, reply) => links.find(request.params.code) ?? sendMissing(reply));

  app.get('/:code', (request, reply) => {
    const link = links.visit(request.params.code);
    return link ? reply.redirect(link.url) : sendMissing(reply);
  });

  return app;
}

function sendMissing(reply) {
  return reply.code(404).send({ error: 'There is no link with this code.' });
}
