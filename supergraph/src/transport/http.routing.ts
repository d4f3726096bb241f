import type { IncomingMessage, ServerResponse } from 'node:http';
import { toMisdirected } from '../request/allowed.hosts.ts';
import type { GatewayHooks } from '../request/hooks.ts';
import { compileRoutePattern, hasParameters } from '../request/route.pattern.ts';
import type { HttpContext } from './http.context.ts';
import { type GraphQLAddress, GraphQLOverHttp } from './http.graphql.ts';
import type { HttpServerOptions } from './http.options.ts';
import { sendText } from './http.text.ts';

const NO_HOOKS: GatewayHooks = {};

/** Finds the handler of a request: the graph or a variant of it, a route, or the site. */
export class HttpRouting {
  readonly #path: string;
  readonly #routes: HttpServerOptions['routes'] & {};
  readonly #hooksOf: () => GatewayHooks;
  readonly #isGraphQL: (path: string) => boolean;
  readonly #hasParameters: boolean;
  readonly #graphql: GraphQLOverHttp;

  constructor(private readonly options: HttpServerOptions) {
    this.#path = options.path ?? '/graphql';
    this.#routes = options.routes ?? new Map();
    this.#hooksOf = options.hooks ?? (() => NO_HOOKS);
    this.#isGraphQL = compileRoutePattern(this.#path);
    this.#hasParameters = hasParameters(this.#path);
    this.#graphql = new GraphQLOverHttp(options);
  }

  /** @returns the context of a GraphQL request; undefined for others */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<HttpContext | undefined> {
    const { options } = this;
    if (options.servesRoot && (request.method === 'POST' || request.method === 'OPTIONS'))
      toGraphQLPath(request, this.#path);
    const url = request.url ?? '/';
    const queryAt = url.indexOf('?');
    const pathname = queryAt < 0 ? url : url.slice(0, queryAt);
    if (options.allowsHost?.(request.headers.host, pathname) === false) {
      request.resume();
      sendText(response, 421, toMisdirected(request.headers.host));
      return undefined;
    }
    const variant = options.variantAt?.(pathname);
    const hooks = variant?.hooks ?? this.#hooksOf();
    // A GraphQL path with parameters may match the path of a route as well; the route has precedence.
    const own = this.#hasParameters ? this.#routes.get(pathname) : undefined;
    if (own) {
      await own(request, response);
      return undefined;
    }
    if (hooks.handleHttp && (await hooks.handleHttp(request, response))) return undefined;
    if (variant || this.#isGraphQL(pathname)) {
      const at: GraphQLAddress = { path: pathname, search: queryAt < 0 ? '' : url.slice(queryAt), hooks };
      return this.#graphql.answer(request, response, at, variant ? () => variant.core : options.core);
    }
    const route = options.handlerAt?.(pathname) ?? this.#routes.get(pathname) ?? options.site;
    if (route) await route(request, response);
    else sendText(response, 404, `There is nothing at ${pathname}. GraphQL is served at ${this.#path}.`);
    return undefined;
  }
}

/** Rewrites `/` to the path of the graph, so that the request passes the same checks. */
function toGraphQLPath(request: IncomingMessage, path: string): void {
  const { url = '/' } = request;
  if (url === '/' || url.startsWith('/?')) request.url = path + url.slice(1);
}
