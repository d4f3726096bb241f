// What a gateway in Node cannot be below for an operation over three subgraphs: `node:http` in, the same three requests by undici
// with as little around them as it allows, and the merged JSON out. Nothing is read, checked, measured or logged.
//   node floor.process.ts URLS PORT FETCHES     URLS as JSON; with 0 FETCHES it answers at once, which is the server's own part
import { createServer } from 'node:http';
import { type Dispatcher, Pool } from 'undici';

const [, , urlsText = '{}', port = '', fetches = '3'] = process.argv;
const urls = JSON.parse(urlsText) as Readonly<Record<string, string>>;
const ANSWERED_AT_ONCE = JSON.stringify({ data: { me: { id: '10000000', name: 'Ann', projects: 'x'.repeat(900) } } });

interface Project {
  readonly id: string;
}

interface Answered {
  readonly me: { readonly id: string; readonly name: string };
  readonly _entities: readonly object[];
}

class Subgraph {
  readonly #pool: Pool;
  readonly #path: string;

  constructor(url = '') {
    const { origin, pathname } = new URL(url);
    this.#pool = new Pool(origin, { connections: 64, headersTimeout: 0, bodyTimeout: 0 });
    this.#path = pathname;
  }

  /** @param headers of the request to the subgraph */
  ask(body: string, headers: Record<string, string>): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const handler: Dispatcher.DispatchHandler = {
        onRequestStart: () => undefined,
        onResponseStart: () => undefined,
        onResponseData: (_controller, chunk) => void chunks.push(chunk),
        onResponseEnd: () =>
          resolve(JSON.parse((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString()).data),
        onResponseError: (_controller, error) => reject(error),
      };
      this.#pool.dispatch({ path: this.#path, method: 'POST', headers, body }, handler);
    });
  }
}

const subgraphs =
  fetches === '0'
    ? null
    : {
        users: new Subgraph(urls.users),
        projects: new Subgraph(urls.projects),
        billing: new Subgraph(urls.billing),
      };
const USERS = JSON.stringify('query Three__users__0($id:ID!){me:user(id:$id){__typename id name}}');
const PROJECTS = JSON.stringify(
  'query Three__projects__1($representations:[_Any!]!){_entities(representations:$representations){...on User{projects(first:5){__typename id title files{path sizeBytes}}}}}',
);
const BILLING = JSON.stringify(
  'query Three__billing__2($representations:[_Any!]!){_entities(representations:$representations){...on Project{costCents plan{name limit}}}}',
);

async function answer(body: string, authorization: string): Promise<string> {
  if (!subgraphs) return ANSWERED_AT_ONCE;
  const headers = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'x-request-id': '00000000-0000-0000-0000-000000000000',
    authorization,
    'x-authenticated-user': 'viewer',
  };
  const { id } = (JSON.parse(body) as { variables?: { id: string } }).variables ?? {};
  // The bench asks whether it is up.
  if (id === undefined) return ANSWERED_AT_ONCE;
  const { me } = await subgraphs.users.ask(`{"query":${USERS},"variables":{"id":"${id}"}}`, headers);
  const user = `{"__typename":"User","id":"${id}"}`;
  const found = await subgraphs.projects.ask(
    `{"query":${PROJECTS},"variables":{"representations":[${user}]}}`,
    headers,
  );
  const [{ projects }] = found._entities as readonly [{ projects: Project[] }];
  const representations = projects.map((project) => `{"__typename":"Project","id":"${project.id}"}`).join(',');
  const costs = await subgraphs.billing.ask(
    `{"query":${BILLING},"variables":{"representations":[${representations}]}}`,
    headers,
  );
  for (const [index, project] of projects.entries()) Object.assign(project, costs._entities[index]);
  return JSON.stringify({ data: { me: { id: me.id, name: me.name, projects } } });
}

createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const text = await answer(Buffer.concat(chunks).toString(), request.headers.authorization ?? '');
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
    response.end(text);
  });
}).listen(Number(port), '127.0.0.1');
for (const end of ['disconnect', 'SIGTERM'] as const) process.on(end, () => process.exit());
