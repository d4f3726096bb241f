import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/**
 * The object types that a viewer may not see and that an interface or a union can return. Supergraphs composed before
 * federation 2.14 put no directive on an interface for the types that implement it.
 */
export class HiddenTypes {
  /** Key: name of a hidden type. Value: whether a fragment shows fields of it. */
  readonly #fragments = new Map<string, Map<string, boolean>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly definitions: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly isTypeAllowed: (name: string) => boolean,
  ) {}

  /**
   * Whether the selections of a field of an interface or a union show a field of a type that the viewer may not see.
   * What is selected on the interface itself may come from any type that implements it, by whichever fragments it is
   * selected. `__typename` does not count, because clients select it everywhere.
   */
  shows({ selectionSet }: FieldNode, type: GraphQLNamedType): boolean {
    if (!selectionSet || !isAbstractType(type)) return false;
    return this.schema
      .getPossibleTypes(type)
      .some((possible) => !this.isTypeAllowed(possible.name) && this.#showsFields(selectionSet, possible));
  }

  #showsFields({ selections }: SelectionSetNode, hidden: GraphQLObjectType): boolean {
    return selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value !== '__typename';
      if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#fragmentShowsFields(selection.name.value, hidden);
      const condition = selection.typeCondition?.name.value;
      return this.#mayApply(condition, hidden) && this.#showsFields(selection.selectionSet, hidden);
    });
  }

  #fragmentShowsFields(name: string, hidden: GraphQLObjectType): boolean {
    const known = this.#fragments.get(hidden.name) ?? new Map<string, boolean>();
    this.#fragments.set(hidden.name, known);
    let shows = known.get(name);
    if (shows === undefined) {
      const definition = this.definitions.get(name);
      shows =
        definition !== undefined &&
        this.#mayApply(definition.typeCondition.name.value, hidden) &&
        this.#showsFields(definition.selectionSet, hidden);
      known.set(name, shows);
    }
    return shows;
  }

  /** The filter removes a fragment on a type that the viewer may not see, so the fragment shows nothing. */
  #mayApply(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined) return true;
    if (!this.isTypeAllowed(condition)) return false;
    const conditional = this.schema.getType(condition);
    return isAbstractType(conditional) && this.schema.isSubType(conditional, type);
  }
}
