import type { FetchDataRewrite, QueryPlanSelectionNode } from '@apollo/query-planner';
import { parseExactJson } from '../request/exact.json.ts';
import type { JsonObject } from './merge.ts';
import { compileRewrites } from './rewrite.ts';
import type { TypeIndex } from './type.index.ts';

/**
 * Writes the representation of an entity as JSON text. Returns null if the entity lacks required fields (its key could not be
 * fetched), or if its type is not one of the fetch's. Representations are texts because equal texts are equal
 * representations, and because the request is a text.
 */
export interface RepresentationBuilder {
  (entity: JsonObject): string | null;
  /** @returns the top-level keys of the entity whose required fields are missing or incomplete */
  missingKeys(entity: JsonObject): string[];
}

export function compileRepresentation(
  requires: readonly QueryPlanSelectionNode[],
  inputRewrites: readonly FetchDataRewrite[] | undefined,
  types: TypeIndex,
): RepresentationBuilder {
  const build = new RequiredSelection([requires], types);
  const rewrite = compileRewrites(inputRewrites, types);
  const write = (entity: JsonObject) => {
    const text = typeof entity.__typename === 'string' ? build.write(entity) : null;
    return text === '{}' ? null : text;
  };
  const missingKeys = (entity: JsonObject) => build.missingKeys(entity);
  if (!rewrite) return Object.assign(write, { missingKeys });
  const rewritten = (entity: JsonObject) => {
    const text = write(entity);
    if (text === null) return null;
    const representation = parseExactJson(text);
    rewrite(representation);
    return JSON.stringify(representation);
  };
  return Object.assign(rewritten, { missingKeys });
}

interface RequiredField {
  readonly key: string;
  /** `"key":`, with a leading comma except for the first field. */
  readonly prefix: string;
  readonly child: RequiredSelection | null;
}

/** The required fields of an object, by the object's type. */
class RequiredSelection {
  readonly #fieldsByType = new Map<string, readonly RequiredField[]>();

  constructor(
    private readonly selections: readonly (readonly QueryPlanSelectionNode[])[],
    private readonly types: TypeIndex,
  ) {}

  missingKeys(object: JsonObject): string[] {
    return this.#fieldsOf(object).flatMap(({ key, child }) => {
      const value = Object.hasOwn(object, key) ? object[key] : undefined;
      return value === undefined || (child && writeNested(value, child) === null) ? [key] : [];
    });
  }

  #fieldsOf(object: JsonObject): readonly RequiredField[] {
    const typename = typeof object.__typename === 'string' ? object.__typename : '';
    let fields = this.#fieldsByType.get(typename);
    if (!fields) {
      fields = this.#collect(typename);
      this.#fieldsByType.set(typename, fields);
    }
    return fields;
  }

  write(object: JsonObject): string | null {
    let text = '{';
    for (const { key, prefix, child } of this.#fieldsOf(object)) {
      const value = Object.hasOwn(object, key) ? object[key] : undefined;
      if (value === undefined) return null;
      const valueText = child === null ? JSON.stringify(value) : writeNested(value, child);
      if (valueText === null) return null;
      text += prefix + valueText;
    }
    return `${text}}`;
  }

  #collect(typename: string): readonly RequiredField[] {
    const nestedByKey = new Map<string, QueryPlanSelectionNode[][]>();
    const visit = (selections: readonly QueryPlanSelectionNode[]) => {
      for (const selection of selections) {
        if (selection.kind === 'Field') {
          const key = selection.alias ?? selection.name;
          const nested = nestedByKey.get(key) ?? [];
          if (selection.selections?.length) nested.push(selection.selections);
          nestedByKey.set(key, nested);
        } else if (!selection.typeCondition || this.types.isOfType(typename, selection.typeCondition)) {
          visit(selection.selections);
        }
      }
    };
    for (const selections of this.selections) visit(selections);
    return [...nestedByKey].map(([key, nested], index) => ({
      key,
      prefix: `${index ? ',' : ''}${JSON.stringify(key)}:`,
      child: nested.length ? new RequiredSelection(nested, this.types) : null,
    }));
  }
}

function writeNested(value: unknown, selection: RequiredSelection): string | null {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return selection.write(value as JsonObject);
  const elements: string[] = [];
  for (const element of value) {
    const text = writeNested(element, selection);
    if (text === null) return null;
    elements.push(text);
  }
  return `[${elements.join(',')}]`;
}
