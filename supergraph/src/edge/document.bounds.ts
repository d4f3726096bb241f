import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { collectFragments, collectOperations, findCircle } from '../request/document.ts';

const MAX_OPERATIONS = 200;
const MAX_VARIABLES = 1_500;
/** Most introspection lists in one operation. The usual introspection query has a dozen. */
const MAX_INTROSPECTED_LISTS = 40;

/** Fields of introspection whose answers are lists. */
const INTROSPECTED_LISTS: ReadonlySet<string> = new Set([
  'types',
  'directives',
  'fields',
  'args',
  'inputFields',
  'enumValues',
  'interfaces',
  'possibleTypes',
]);

/** Characters of arguments that take about as long to compare as one pair of fields. */
const CHARACTERS_OF_A_COMPARISON = 64;

/**
 * Refuses documents that would take long to validate. The check takes time linear in the bound. Validation compares the
 * fields of one response key, with their arguments, pair by pair; fragments multiply the pairs.
 * A document whose fragments spread each other in a circle passes, because validation reports it.
 * @throws GraphQLError `DEFINITIONS_LIMIT`, `FIELD_COMPARISONS_LIMIT` or `INTROSPECTION_LIMIT`
 */
export function assertBounded(document: DocumentNode, maxComparisons: number): void {
  assertFewDefinitions(document);
  const fragments = collectFragments(document);
  if (findCircle(fragments) !== null) return;
  const walk = new Walk(fragments, maxComparisons);
  for (const definition of document.definitions)
    if ('selectionSet' in definition) walk.merge([definition.selectionSet], false);
}

/** Checks each operation with all the fragments that it reaches. */
function assertFewDefinitions(document: DocumentNode): void {
  const operations = collectOperations(document);
  const variables = operations.reduce((sum, { variableDefinitions }) => sum + (variableDefinitions?.length ?? 0), 0);
  if (operations.length > MAX_OPERATIONS) throw tooMany(`${MAX_OPERATIONS} operations`);
  if (variables > MAX_VARIABLES) throw tooMany(`${MAX_VARIABLES} variables`);
}

function tooMany(what: string): GraphQLError {
  return new GraphQLError(`The document has more than ${what}.`, { extensions: { code: 'DEFINITIONS_LIMIT' } });
}

class Walk {
  #comparisons = 0;
  #lists = 0;

  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly maxComparisons: number,
  ) {}

  /** The selections of one place in the answer. */
  merge(sets: readonly SelectionSetNode[], isIntrospection: boolean): void {
    const byKey = new Map<string, { first: FieldNode; count: number; characters: number; sets: SelectionSetNode[] }>();
    const spread = new Set<string>();
    const open = [...sets];
    for (const { selections } of open) {
      for (const selection of selections) {
        this.#compare(1);
        if (selection.kind === Kind.INLINE_FRAGMENT) open.push(selection.selectionSet);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) {
          const { value: name } = selection.name;
          const fragment = this.fragments.get(name);
          if (!fragment || spread.has(name)) continue;
          spread.add(name);
          open.push(fragment.selectionSet);
        } else {
          const key = (selection.alias ?? selection.name).value;
          const known = byKey.get(key) ?? { first: selection, count: 0, characters: 0, sets: [] };
          byKey.set(key, known);
          known.characters += toArgumentLength(selection);
          this.#compare(known.count + (known.count > 0 ? known.characters / CHARACTERS_OF_A_COMPARISON : 0));
          known.count += 1;
          if (selection.selectionSet) known.sets.push(selection.selectionSet);
        }
      }
    }
    for (const { first, sets: inner } of byKey.values()) {
      const { value: name } = first.name;
      const isOfSchema = isIntrospection || name === '__schema' || name === '__type';
      if (isOfSchema && INTROSPECTED_LISTS.has(name)) this.#introspect();
      if (inner.length > 0) this.merge(inner, isOfSchema);
    }
  }

  #compare(comparisons: number): void {
    this.#comparisons += comparisons;
    if (this.#comparisons <= this.maxComparisons) return;
    throw new GraphQLError(
      `The document repeats its fields too often: checking that they can merge takes more than ${this.maxComparisons} comparisons.`,
      { extensions: { code: 'FIELD_COMPARISONS_LIMIT' } },
    );
  }

  #introspect(): void {
    this.#lists += 1;
    if (this.#lists <= MAX_INTROSPECTED_LISTS) return;
    throw new GraphQLError(`The document asks for more than ${MAX_INTROSPECTED_LISTS} lists of the schema.`, {
      extensions: { code: 'INTROSPECTION_LIMIT' },
    });
  }
}

function toArgumentLength({ arguments: args }: FieldNode): number {
  const [first] = args ?? [];
  const last = args?.at(-1);
  return first?.loc && last?.loc ? last.loc.end - first.loc.start : 0;
}
