import {
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  type InterfaceTypeDefinitionNode,
  isTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';

/** Which part of a graph a contract shows. */
export interface ContractFilter {
  /** Left empty: all fields but the excluded ones. Otherwise only fields and unions with one of these tags. */
  readonly includeTags: readonly string[];
  /** Never shown, whatever else they are tagged with. */
  readonly excludeTags: readonly string[];
  /** Whether types are hidden that no field leads to any more. */
  readonly hideUnreachableTypes: boolean;
}

/** What may carry a tag, and be hidden. */
export interface Directed {
  readonly directives?: readonly ConstDirectiveNode[];
}

type Composite = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

/** Federation's own types, which no client sees anyway. */
const MACHINERY = /^(?:join|link|core|policy|federation)__|^__/;

/** Works out what of a supergraph a contract hides, so that what stays is a valid schema. */
export class ContractSchema {
  readonly hidden = new Set<unknown>();
  readonly #types = new Map<string, TypeDefinitionNode>();
  /** By kind of operation. */
  readonly #roots = new Map<string, string>();

  constructor(
    document: DocumentNode,
    private readonly names: { readonly tag: string; readonly inaccessible: string },
    private readonly filter: ContractFilter,
  ) {
    for (const definition of document.definitions) {
      if (isTypeDefinitionNode(definition) && !MACHINERY.test(definition.name.value)) {
        this.#types.set(definition.name.value, definition);
      }
    }
    const schema = document.definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
    for (const { operation, type } of schema?.operationTypes ?? []) this.#roots.set(operation, type.name.value);
  }

  /** Every tag that occurs. */
  get tags(): string[] {
    const found = new Set<string>();
    const collect = (node: Directed) => {
      for (const tag of this.#tagsOf(node)) found.add(tag);
    };
    for (const type of this.#types.values()) {
      collect(type);
      for (const part of partsOf(type)) {
        collect(part);
        if (part.kind === Kind.FIELD_DEFINITION) for (const argument of part.arguments ?? []) collect(argument);
      }
    }
    return [...found];
  }

  /** Whether any field of Query is left. */
  get isUsable(): boolean {
    const query = this.#types.get(this.#roots.get('query') ?? 'Query');
    return query !== undefined && !this.#isHidden(query);
  }

  hide(): void {
    for (const type of this.#types.values()) this.#hideByTags(type);
    this.#settle();
    if (!this.filter.hideUnreachableTypes) return;
    const reachable = this.#reachable();
    for (const [name, type] of this.#types) if (!reachable.has(name)) this.#hide(type);
  }

  #hideByTags(type: TypeDefinitionNode): void {
    const ofType = this.#tagsOf(type);
    if (this.#isExcluded(ofType)) this.#hide(type);
    if (type.kind === Kind.UNION_TYPE_DEFINITION && !this.#isIncluded(ofType)) this.#hide(type);
    for (const part of partsOf(type)) {
      const tags = [...this.#tagsOf(part), ...ofType];
      if (this.#isExcluded(tags)) this.#hide(part);
      if (part.kind !== Kind.FIELD_DEFINITION) continue;
      if (!this.#isIncluded(tags)) this.#hide(part);
      for (const argument of part.arguments ?? []) if (this.#isExcluded(this.#tagsOf(argument))) this.#hide(argument);
    }
  }

  /** Hides what leans on something hidden, until nothing does. */
  #settle(): void {
    let before: number;
    do {
      before = this.hidden.size;
      for (const type of this.#types.values()) if (!this.#isHidden(type)) this.#settleType(type);
    } while (this.hidden.size > before);
  }

  #settleType(type: TypeDefinitionNode): void {
    switch (type.kind) {
      case Kind.OBJECT_TYPE_DEFINITION:
      case Kind.INTERFACE_TYPE_DEFINITION:
        for (const field of type.fields ?? []) this.#settleField(field);
        this.#settleInterfaces(type);
        break;
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        this.#settleInput(type);
        break;
      case Kind.UNION_TYPE_DEFINITION:
        if (type.types?.every((member) => this.#isNameHidden(member))) this.#hide(type);
        return;
      case Kind.SCALAR_TYPE_DEFINITION:
        return;
    }
    if (partsOf(type).every((part) => this.#isHidden(part))) this.#hide(type);
  }

  #settleField(field: FieldDefinitionNode): void {
    if (this.#isNameHidden(field.type)) this.#hide(field);
    for (const argument of field.arguments ?? []) {
      if (this.#isNameHidden(argument.type)) this.#hide(argument);
      if (this.#isHidden(argument) && isRequired(argument)) this.#hide(field);
    }
  }

  #settleInput(type: InputObjectTypeDefinitionNode): void {
    for (const field of type.fields ?? []) {
      if (this.#isNameHidden(field.type)) this.#hide(field);
      if (this.#isHidden(field) && isRequired(field)) this.#hide(type);
    }
  }

  /** An interface promises no more than its types keep. */
  #settleInterfaces(type: Composite): void {
    for (const name of type.interfaces ?? []) {
      const promised = this.#types.get(name.name.value) as InterfaceTypeDefinitionNode | undefined;
      for (const field of promised?.fields ?? []) {
        const own = type.fields?.find((candidate) => candidate.name.value === field.name.value);
        if (!own) continue;
        if (this.#isHidden(own)) this.#hide(field);
        for (const argument of field.arguments ?? []) {
          const ownArgument = own.arguments?.find((candidate) => candidate.name.value === argument.name.value);
          if (ownArgument && this.#isHidden(ownArgument)) this.#hide(argument);
        }
      }
    }
  }

  #reachable(): Set<string> {
    const implementers = Map.groupBy(
      [...this.#types.values()]
        .filter((type): type is Composite => 'interfaces' in type)
        .flatMap((type) => (type.interfaces ?? []).map((name) => ({ type, name: name.name.value }))),
      ({ name }) => name,
    );
    const reached = new Set<string>();
    const reach = (name: string): void => {
      const type = this.#types.get(name);
      if (!type || reached.has(name) || this.#isHidden(type)) return;
      reached.add(name);
      for (const part of partsOf(type)) {
        if (this.#isHidden(part)) continue;
        if ('type' in part) reach(nameOf(part.type));
        if (part.kind !== Kind.FIELD_DEFINITION) continue;
        for (const argument of part.arguments ?? []) if (!this.#isHidden(argument)) reach(nameOf(argument.type));
      }
      if (type.kind === Kind.UNION_TYPE_DEFINITION) for (const member of type.types ?? []) reach(member.name.value);
      if (type.kind === Kind.INTERFACE_TYPE_DEFINITION)
        for (const { type: of } of implementers.get(name) ?? []) reach(of.name.value);
    };
    for (const name of this.#roots.values()) reach(name);
    // What an object implements is seen with it, and leads nowhere new by that alone.
    for (const name of [...reached]) {
      const type = this.#types.get(name);
      if (type && 'interfaces' in type) for (const promised of type.interfaces ?? []) reached.add(promised.name.value);
    }
    return reached;
  }

  #hide(node: Directed): void {
    if (!this.#isHidden(node)) this.hidden.add(node);
  }

  /** Hidden by the contract, or from every client. */
  #isHidden(node: Directed): boolean {
    return (
      this.hidden.has(node) || (node.directives?.some(({ name }) => name.value === this.names.inaccessible) ?? false)
    );
  }

  #isNameHidden(type: TypeNode): boolean {
    const definition = this.#types.get(nameOf(type));
    return definition !== undefined && this.#isHidden(definition);
  }

  #isExcluded(tags: readonly string[]): boolean {
    return tags.some((tag) => this.filter.excludeTags.includes(tag));
  }

  #isIncluded(tags: readonly string[]): boolean {
    const { includeTags } = this.filter;
    return includeTags.length === 0 || tags.some((tag) => includeTags.includes(tag));
  }

  #tagsOf({ directives = [] }: Directed): string[] {
    return directives
      .filter(({ name }) => name.value === this.names.tag)
      .flatMap(({ arguments: args }) => args ?? [])
      .flatMap(({ value }) => (value.kind === Kind.STRING ? [value.value] : []));
  }
}

type Part = FieldDefinitionNode | InputValueDefinitionNode | NonNullable<EnumTypeDefinitionNode['values']>[number];

function partsOf(type: TypeDefinitionNode | UnionTypeDefinitionNode): readonly Part[] {
  if ('fields' in type) return type.fields ?? [];
  return 'values' in type ? (type.values ?? []) : [];
}

function nameOf(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
}

function isRequired({ type, defaultValue }: InputValueDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
}
