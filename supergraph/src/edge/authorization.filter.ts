import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFragments } from '../request/document.ts';
import { HiddenTypes } from './authorization.hidden.types.ts';
import { type AuthorizationRules, type Grants, isMet } from './authorization.rules.ts';
import { dropUnused } from './authorization.unused.ts';

/** Most paths that are reported. Fragments that spread fragments multiply the paths. */
const MAX_PATHS = 1_000;

export interface FilteredOperation {
  /** Null when no selection is left. The document itself when nothing was removed. */
  readonly document: DocumentNode | null;
  /** Paths of what was removed: response keys, `@` for the items of a list, `... on Type` for a fragment. */
  readonly unauthorizedPaths: readonly (readonly string[])[];
}

/** Removes what the grants do not cover, as Apollo Router does, and then the selection sets that are empty. */
export function filterOperation(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  rules: AuthorizationRules,
  grants: Grants,
): FilteredOperation {
  const filter = new Filter(document, schema, {
    type: (name) => isMet(rules.types.get(name), grants),
    field: (coordinate) => isMet(rules.fields.get(coordinate), grants),
  });
  const root = schema.getRootType(operation.operation);
  if (!root) return { document, unauthorizedPaths: [] };
  const selectionSet = filter.isTypeAllowed(root.name) ? filter.selectionSet(operation.selectionSet, root, []) : null;
  if (!selectionSet && filter.paths.length === 0) filter.paths.push([]);
  if (filter.paths.length === 0) return { document, unauthorizedPaths: [] };
  if (!selectionSet) return { document: null, unauthorizedPaths: filter.paths };
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (definition === operation) return [{ ...operation, selectionSet }];
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) return [];
    const fragment = filter.fragment(definition.name.value)?.definition;
    return fragment ? [fragment] : [];
  });
  return { document: dropUnused({ ...document, definitions }), unauthorizedPaths: filter.paths };
}

interface FilteredFragment {
  readonly definition: FragmentDefinitionNode | null;
  readonly paths: readonly (readonly string[])[];
}

interface Permissions {
  readonly type: (name: string) => boolean;
  /** Of `Type.field`. */
  readonly field: (coordinate: string) => boolean;
}

class Filter {
  paths: string[][] = [];
  readonly #fragments = new Map<string, FilteredFragment>();
  readonly #definitions: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #hidden: HiddenTypes;
  readonly #schema: GraphQLSchema;
  readonly #isAllowed: Permissions;

  constructor(document: DocumentNode, schema: GraphQLSchema, isAllowed: Permissions) {
    this.#definitions = collectFragments(document);
    this.#hidden = new HiddenTypes(schema, this.#definitions, isAllowed.type);
    this.#schema = schema;
    this.#isAllowed = isAllowed;
  }

  /** Null when nothing is left. */
  selectionSet(node: SelectionSetNode, parent: GraphQLNamedType, path: string[]): SelectionSetNode | null {
    const selections = node.selections.flatMap((selection) => this.#selection(selection, parent, path) ?? []);
    if (selections.length === 0) return null;
    const same =
      selections.length === node.selections.length &&
      selections.every((kept, index) => kept === node.selections[index]);
    return same ? node : { ...node, selections };
  }

  #selection(selection: SelectionNode, parent: GraphQLNamedType, path: string[]): SelectionNode | null {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection, parent, path);
      case Kind.INLINE_FRAGMENT: {
        const condition = selection.typeCondition?.name.value;
        const inner = condition === undefined ? path : [...path, `... on ${condition}`];
        if (condition !== undefined && !this.isTypeAllowed(condition)) return this.#remove(inner);
        const type = condition === undefined ? parent : this.#schema.getType(condition);
        const selectionSet = this.selectionSet(selection.selectionSet, type ?? parent, inner);
        return selectionSet && (selectionSet === selection.selectionSet ? selection : { ...selection, selectionSet });
      }
      case Kind.FRAGMENT_SPREAD: {
        const fragment = this.fragment(selection.name.value);
        if (!fragment) return selection;
        for (const inner of fragment.paths) this.#remove([...path, ...inner]);
        return fragment.definition && selection;
      }
    }
  }

  #field(field: FieldNode, parent: GraphQLNamedType, path: string[]): FieldNode | null {
    const name = field.name.value;
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    if (!definition) return field; // __typename, __schema and __type require nothing
    const own = [...path, field.alias?.value ?? name];
    const type = getNamedType(definition.type);
    if (!this.#isFieldAllowed(parent, name) || !this.isTypeAllowed(type.name) || this.#hidden.shows(field, type)) {
      return this.#remove(own);
    }
    if (!field.selectionSet || !isCompositeType(type)) return field;
    const selectionSet = this.selectionSet(field.selectionSet, type, withItems(own, definition.type));
    return selectionSet && (selectionSet === field.selectionSet ? field : { ...field, selectionSet });
  }

  fragment(name: string): FilteredFragment | null {
    const known = this.#fragments.get(name);
    if (known) return known;
    const definition = this.#definitions.get(name);
    const condition = definition?.typeCondition.name.value ?? '';
    const type = this.#schema.getType(condition);
    if (!definition || !type) return null;
    const outer = this.paths;
    this.paths = [];
    if (!this.isTypeAllowed(condition)) this.#remove([`... on ${condition}`]);
    const selectionSet = this.paths.length > 0 ? null : this.selectionSet(definition.selectionSet, type, []);
    const filtered = { definition: selectionSet && { ...definition, selectionSet }, paths: this.paths };
    this.paths = outer;
    this.#fragments.set(name, filtered);
    return filtered;
  }

  #remove(path: string[]): null {
    if (this.paths.length < MAX_PATHS) this.paths.push(path);
    return null;
  }

  isTypeAllowed(name: string): boolean {
    return this.#isAllowed.type(name);
  }

  /** A field of an interface requires what any implementation of it requires, and what its type requires. */
  #isFieldAllowed(parent: GraphQLNamedType, name: string): boolean {
    if (!this.#isAllowed.field(`${parent.name}.${name}`)) return false;
    if (!isInterfaceType(parent)) return true;
    return this.#schema.getPossibleTypes(parent).every((type) => {
      const field = type.getFields()[name];
      return (
        this.#isAllowed.field(`${type.name}.${name}`) && (!field || this.isTypeAllowed(getNamedType(field.type).name))
      );
    });
  }
}

function withItems(path: string[], type: unknown): string[] {
  if (isNonNullType(type)) return withItems(path, type.ofType);
  return isListType(type) ? withItems([...path, '@'], type.ofType) : path;
}
