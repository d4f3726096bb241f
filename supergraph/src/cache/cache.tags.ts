import { type ArgumentNode, type DocumentNode, Kind, parse, type SelectionSetNode, valueFromASTUntyped } from 'graphql';
import { LRUCache } from 'lru-cache';
import { collectFragments } from '../request/document.ts';
import type { GraphQLResult, SubgraphRequest } from '../request/message.ts';

/** The `@cacheTag`s of a supergraph, by the subgraph's name. */
export type CacheTagRules = ReadonlyMap<string, SubgraphTags>;

interface SubgraphTags {
  /** Formats by the name of the field of Query. */
  readonly fields: Map<string, string[]>;
  /** Formats by the entity's name. */
  readonly types: Map<string, string[]>;
}

/** Labels of one cached answer. */
export interface AnswerLabels {
  /** The entity's type; `Query` for answers of root fields. */
  readonly type: string;
  readonly tags: readonly string[];
}

const DIRECTIVE = 'federation__cacheTag';

/** @param sdl the supergraph's SDL, in which composition writes `@cacheTag` as `@join__directive` */
export function readCacheTagRules(sdl: string): CacheTagRules {
  const rules = new Map<string, SubgraphTags>();
  if (!sdl.includes(DIRECTIVE)) return rules;
  const document = parse(sdl, { noLocation: true });
  const names = readGraphNames(document);
  const tagsOf = (graph: string): SubgraphTags => {
    const name = names.get(graph) ?? graph;
    let tags = rules.get(name);
    if (!tags) {
      tags = { fields: new Map(), types: new Map() };
      rules.set(name, tags);
    }
    return tags;
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const { graphs, format } of readFormats(definition.directives ?? [])) {
      for (const graph of graphs) append(tagsOf(graph).types, definition.name.value, format);
    }
    if (definition.name.value !== 'Query') continue;
    for (const field of definition.fields ?? []) {
      for (const { graphs, format } of readFormats(field.directives ?? [])) {
        for (const graph of graphs) append(tagsOf(graph).fields, field.name.value, format);
      }
    }
  }
  return rules;
}

function readGraphNames({ definitions }: DocumentNode): Map<string, string> {
  const names = new Map<string, string>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const { name, directives } of definition.values ?? []) {
      const { name: subgraph } = readArguments(directives?.find((one) => one.name.value === 'join__graph')?.arguments);
      names.set(name.value, String(subgraph ?? name.value));
    }
  }
  return names;
}

type Directives = readonly {
  readonly name: { readonly value: string };
  readonly arguments?: readonly ArgumentNode[];
}[];

function readFormats(directives: Directives): { graphs: readonly string[]; format: string }[] {
  return directives.flatMap(({ name, arguments: args }) => {
    if (name.value !== 'join__directive') return [];
    const { name: applied, graphs, args: given } = readArguments(args);
    const format = (given as { format?: unknown } | undefined)?.format;
    return applied === DIRECTIVE && typeof format === 'string' ? [{ graphs: graphs as string[], format }] : [];
  });
}

function readArguments(
  args: readonly ArgumentNode[] | undefined,
  variables?: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries((args ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]));
}

function append(lists: Map<string, string[]>, name: string, format: string): void {
  const list = lists.get(name);
  if (list) list.push(format);
  else lists.set(name, [format]);
}

const PLACEHOLDER = /\{\$(args|key)\.([^{}]+)\}/g;

/** Replaces `{$args.a.b}` or `{$key.id}` by values. @returns null if a value is missing or is not a scalar, because the tag would be ambiguous */
export function fillFormat(
  format: string,
  kind: 'args' | 'key',
  values: Readonly<Record<string, unknown>>,
): string | null {
  let isWhole = true;
  const tag = format.replace(PLACEHOLDER, (_match, of: string, path: string) => {
    const value = of === kind ? path.split('.').reduce<unknown>(readOwn, values) : undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
    isWhole = false;
    return '';
  });
  return isWhole ? tag : null;
}

function readOwn(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

type RootField = { readonly name: string; readonly args: readonly ArgumentNode[] | undefined };

/** Computes the labels of answers to a subgraph's requests. */
export class CacheLabels {
  readonly #rootFields = new LRUCache<string, readonly RootField[]>({ max: 1_000 });

  constructor(private readonly rules: CacheTagRules) {}

  /** Labels of an answer of root fields, which is cached as a whole. */
  ofFields(
    { subgraph, query }: SubgraphRequest,
    variables: Record<string, unknown>,
    extensions: GraphQLResult['extensions'],
  ): AnswerLabels {
    const { fields } = this.rules.get(subgraph) ?? {};
    const tags = fields?.size
      ? this.#fieldsOf(query).flatMap(({ name, args }) => {
          const formats = fields.get(name) ?? [];
          const values = formats.length > 0 ? readArguments(args, variables) : {};
          return formats.flatMap((format) => fillFormat(format, 'args', values) ?? []);
        })
      : [];
    const own = extensions?.apolloCacheTags ?? extensions?.apolloEntityCacheTags;
    return { type: 'Query', tags: unique([...tags, ...toTexts(own)]) };
  }

  /** Labels of one entity. @param index the entity's index in the answer */
  ofEntity(
    subgraph: string,
    representation: unknown,
    index: number,
    extensions: GraphQLResult['extensions'],
  ): AnswerLabels {
    const key = (representation ?? {}) as Record<string, unknown>;
    const type = String(key.__typename ?? 'Query');
    const formats = this.rules.get(subgraph)?.types.get(type) ?? [];
    const own = extensions?.apolloEntityCacheTags;
    const tags = formats.flatMap((format) => fillFormat(format, 'key', key) ?? []);
    return { type, tags: unique([...tags, ...toTexts(Array.isArray(own) ? own[index] : undefined)]) };
  }

  #fieldsOf(query: string): readonly RootField[] {
    let fields = this.#rootFields.get(query);
    if (!fields) {
      const document = parse(query, { noLocation: true });
      const fragments = collectFragments(document);
      const collect = ({ selections }: SelectionSetNode): RootField[] =>
        selections.flatMap((selection): RootField[] => {
          if (selection.kind === Kind.FIELD) return [{ name: selection.name.value, args: selection.arguments }];
          const within =
            selection.kind === Kind.INLINE_FRAGMENT
              ? selection.selectionSet
              : fragments.get(selection.name.value)?.selectionSet;
          return within ? collect(within) : [];
        });
      fields = document.definitions.flatMap((one) =>
        one.kind === Kind.OPERATION_DEFINITION ? collect(one.selectionSet) : [],
      );
      this.#rootFields.set(query, fields);
    }
    return fields;
  }
}

function toTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function unique(tags: readonly string[]): readonly string[] {
  return [...new Set(tags)];
}
