import { defineErrors, type StatusByCode } from '@vibecode/platform/error.catalogue';

/** What the gateway refuses or fails with. Where Apollo Router has a code for it, the code is Apollo Router's. */
export const GATEWAY_ERRORS = defineErrors({
  200: {
    CIRCUIT_BREAKER_OPEN: 'A subgraph failed too often, and is not called for a while. Try again later.',
    ENDED_BY_COPROCESSOR: 'The coprocessor ended the operation. Its own message, if it sent one, says why.',
    INVALID_SUBGRAPH_EVENT:
      'A subgraph sent an event that cannot be read, and the subscription ended. Report it to the owner of the subgraph.',
    INVALID_SUBGRAPH_VALUE:
      'A subgraph sent a value that the schema does not allow, and the field is null. Report it to the owner of the subgraph.',
    SUBGRAPH_COST_ESTIMATED_TOO_EXPENSIVE:
      'The fetches from one subgraph would cost more than it allows, and were not made. Ask for less.',
    SUBREQUEST_HTTP_ERROR: 'A subgraph could not be reached, or answered with a failing HTTP status. Try again later.',
    SUBREQUEST_MALFORMED_RESPONSE: 'The answer of a subgraph is not GraphQL. Report it to the owner of the subgraph.',
    SUBREQUEST_WS_ERROR:
      'The connection to the subgraph of a subscription failed, and it cannot be resumed. Subscribe again.',
    SUBSCRIPTION_JWT_EXPIRED:
      'The token that the subscription was started with has expired. Subscribe again with a fresh one.',
    SUBSCRIPTION_MAX_LIFETIME_EXCEEDED: 'The subscription reached the longest time that one may last. Subscribe again.',
    SUBSCRIPTION_SCHEMA_RELOAD:
      'The schema changed, and the subscription does not exist in the new one as it was. Subscribe again.',
    SUBSCRIPTION_TOO_SLOW:
      'The client read too slowly, and the subscription cannot be resumed. Subscribe again, and read faster.',
    UNAUTHORIZED_FIELD_OR_TYPE:
      'The viewer may not see a field or type of the operation. Sign in, or ask for the scopes that it needs.',
  },
  400: {
    BAD_REQUEST: 'The request is not a GraphQL request. The message says what was expected.',
    BAD_USER_INPUT: 'A variable has a value that its type does not allow. Correct it.',
    BATCHING_NOT_ENABLED: 'The request is a list of operations, and batching is off. Send one operation.',
    COST_ESTIMATED_TOO_EXPENSIVE:
      'The operation would cost more than it may (`cost.estimated`, `cost.max`). Ask for less.',
    COST_QUERY_PARSE_FAILURE:
      'The cost of the operation cannot be estimated. Correct the arguments that say how long its lists are.',
    CSRF_ERROR:
      'A browser could have sent this request unasked. Send the content type application/json, or a preflight header.',
    DEFINITIONS_LIMIT: 'The document has too many definitions. Send only what the operation uses.',
    DOCUMENT_SIZE_LIMIT: 'The text of the document is too long. Send long values as variables.',
    FIELD_COMPARISONS_LIMIT:
      'The document repeats fields so often that validating it would take too long. Ask for each field once.',
    GRAPHQL_PARSE_FAILED: 'The document is not GraphQL. Correct its syntax at `locations`.',
    GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema. Correct it at `locations`.',
    INTROSPECTION_LIMIT: 'The introspection query nests deeper or asks for more than it may. Use a standard one.',
    INVALID_INVALIDATION:
      'The body of a request to the invalidation endpoint is wrong. The message says what was expected.',
    JSON_LIMIT: 'The JSON of the request nests too deeply, or has too many values. Send less at once.',
    MAX_ALIASES_LIMIT: 'The operation has too many aliases. Split it.',
    MAX_DEPTH_LIMIT: 'The operation nests too deeply. Split it.',
    MAX_HEIGHT_LIMIT: 'The operation has too many fields. Split it.',
    MAX_RECURSIVE_SELECTIONS_LIMIT:
      'The operation has too many selections once its fragments are spread. Ask for less.',
    MAX_ROOT_FIELDS_LIMIT: 'The operation has too many root fields. Split it.',
    MUTATION_FORBIDDEN: 'This endpoint runs no mutations. Use one that does.',
    OPERATION_RESOLUTION_FAILURE:
      'The document has several operations, or none, or not the one named. Set `operationName`.',
    PARSER_NAME_LIMIT: 'The document has a name that is too long. Shorten it.',
    PARSER_RECURSION_LIMIT: 'The document nests too deeply to be parsed. Split it.',
    PARSER_TOKEN_LIMIT: 'The document has too many tokens. Split it.',
    PERSISTED_QUERY_HASH_MISMATCH:
      'The hash is not that of the query sent with it. Send the SHA-256 hash of the exact text.',
    PERSISTED_QUERY_ID_REQUIRED: 'This endpoint takes persisted operations only. Send the id of one.',
    PERSISTED_QUERY_NOT_FOUND: 'No query is known by this hash. Send it again with its text.',
    PERSISTED_QUERY_NOT_IN_LIST: 'No persisted operation has this id. Publish it first.',
    QUERY_NOT_IN_SAFELIST: 'The operation is not in the safelist. Publish it first.',
    QUERY_PLANNING_FAILED: 'No plan answers the operation over the subgraphs. Report it to the operator.',
    QUERY_PLANNING_LIMIT: 'Planning the operation would take too long. Split it.',
    REQUIRED_ARGUMENTS_CONFLICT: 'The operation needs one field with different arguments at one place. Split it.',
    SUBSCRIPTION_DISABLED: 'Subscriptions are off here. Ask by queries.',
    SUBSCRIPTION_LIMIT:
      'The gateway or the connection has as many open subscriptions as it may. End one, or try later.',
    UNKNOWN_ERROR:
      'The document is not valid, and `supergraph.redact_query_validation_errors` hides why. Validate it against the schema.',
  },
  403: {
    FOREIGN_ORIGIN: 'A page of another origin sent the request, and `cors` does not list it. List it there.',
    INSUFFICIENT_SCOPE: 'The token or API key does not have the scopes that the tool needs. Use one that has them.',
  },
  405: {
    METHOD_NOT_ALLOWED:
      'The path does not take this HTTP method, or a mutation came by GET. Use one of the methods in `allow`.',
  },
  406: {
    DEFER_BAD_HEADER:
      'The operation has `@defer`, and the client does not accept answers in parts. Send the `accept` header for them.',
    SUBSCRIPTION_BAD_HEADER:
      'The operation is a subscription, and the client does not accept a stream. Send the `accept` header for one.',
  },
  408: {
    REQUEST_TIMEOUT: 'The body of the request came too slowly. Send it again.',
  },
  415: {
    UNSUPPORTED_MEDIA_TYPE:
      'The type, charset or encoding of the body is not supported. Send application/json in UTF-8.',
  },
  422: {
    BATCH_LIMIT_EXCEEDED: 'The batch has too many operations. Send fewer at once.',
  },
  429: {
    REQUEST_RATE_LIMITED: 'The gateway, or a subgraph, takes no more requests for now. Try again later.',
  },
  431: {
    TOO_MANY_HEADERS: 'The request has too many headers. Send fewer.',
  },
  500: {
    COPROCESSOR_FAILED:
      'The coprocessor could not be reached, or its answer cannot be used. Report it to the operator.',
    GATEWAY_BAD_ADDRESS: 'At start: the address to listen on is not HOST:PORT. Correct it.',
    GATEWAY_BAD_OPTION: 'At start: an option has a value that it may not have. The message says what was expected.',
    GATEWAY_BAD_PLUGIN: 'At start: a plugin cannot be loaded, or is not a plugin. Correct it.',
    GATEWAY_BAD_SUPERGRAPH_CONFIG: 'The file that says what to compose cannot be used. Correct it.',
    GATEWAY_COMPOSITION_FAILED: 'The subgraphs make no supergraph. Correct what the message names.',
    GATEWAY_CONFIG_UNREADABLE: 'The configuration file cannot be read. Check its path and permissions.',
    GATEWAY_INVALID_CONTRACT: 'A contract shows nothing that could be served. Correct its tags.',
    GATEWAY_INVALID_MANIFEST: 'The manifest of persisted operations cannot be used. Correct it, or publish it again.',
    GATEWAY_INVALID_SUPERGRAPH: 'The schema is not a composed supergraph that can be served. Compose it again.',
    GATEWAY_NO_REGISTRY:
      'A subgraph is to be found by the registry, and none is configured. Set `discovery.redis.urls`.',
    GATEWAY_NO_SUPERGRAPH:
      'At start: nothing says where the supergraph comes from. Name a file, a URL or Apollo Uplink.',
    GATEWAY_SUPERGRAPH_UNREADABLE:
      'The supergraph cannot be read from its file or URL. Check the path and permissions.',
    GATEWAY_UNKNOWN_SUBGRAPH: 'The configuration names a subgraph that the supergraph does not have. Correct the name.',
    GATEWAY_UPLINK_FAILED: 'Apollo Uplink delivers no supergraph. Check the key, the graph and the endpoints.',
    GATEWAY_WORKER_FAILED: 'A worker process ended before it served. Its own log lines say why.',
  },
  502: {
    BAD_GATEWAY: 'The server behind a path could not be reached. Try again later.',
  },
  503: {
    AUTHENTICATION_UNAVAILABLE: 'Tokens or API keys cannot be verified now. Try again later with the same one.',
    CACHE_UNAVAILABLE: 'The cache that was to be invalidated cannot be reached. Repeat the request later.',
    REQUEST_CONCURRENCY_LIMITED: 'The gateway, or a subgraph, answers as many requests as it may. Try again later.',
  },
  504: {
    GATEWAY_TIMEOUT: 'The operation, or one of its fetches, took longer than it may. Try again later, or ask for less.',
  },
});

declare module '@vibecode/platform/errors' {
  interface ErrorCodes extends StatusByCode<typeof GATEWAY_ERRORS> {}
}
