import {
  type ConstDirectiveNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  type InterfaceTypeDefinitionNode,
  isAbstractType,
  isObjectType,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
  type ScalarTypeDefinitionNode,
  visit,
} from 'graphql';
import type { SubgraphDefinition } from './in-process.transport.ts';
import type { Tape } from './random.schema.ts';

export type Right = 'authenticated' | 'read' | 'vip';

/** Rights by `Type` and `Type.field`. */
export type Rights = ReadonlyMap<string, readonly Right[]>;

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@external", "@interfaceObject", "@authenticated", "@requiresScopes", "@policy"])';

/** `_links` makes each directive known to the supergraph, whatever else has one. */
const SUBGRAPHS = [
  {
    name: 'a',
    sdl: `${LINK}
      type Query { _links: Int @authenticated @requiresScopes(scopes: [["read"]]) @policy(policies: [["vip"]])
        things: [Thing] thing: Thing base: Base any: Any anys: [[Any!]] apple: Apple birch: Birch vault: Vault picks: [Pick!] crate: Crate node: Node }
      type Mutation { open: Thing shut: Apple }
      interface Base { id: ID! }
      interface Thing implements Base { id: ID! note: String next: Thing any: Any mark: Token }
      interface Node @key(fields: "id") { id: ID! }
      type Apple implements Base & Thing & Node @key(fields: "id") { id: ID! note: String next: Vault any: Any mark: Token price: String crate: Crate }
      type Birch implements Base & Thing & Node @key(fields: "id") { id: ID! note: String next: Birch any: Any mark: Token things: [Thing] }
      type Vault implements Base & Thing & Node @key(fields: "id") { id: ID! note: String next: Thing any: Any mark: Token gold: String }
      type Crate { label: String apple: Apple base: Base any: Any mark: Token }
      union Any = Apple | Birch | Vault | Crate
      union Pick = Birch | Vault
      scalar Token`,
  },
  {
    name: 'b',
    sdl: `${LINK}
      type Apple @key(fields: "id") { id: ID! price: String @external taxed: String @requires(fields: "price") friend: Birch }
      type Birch @key(fields: "id") { id: ID! size: Token vault: Vault }
      type Vault @key(fields: "id") { id: ID! lock: String }
      scalar Token`,
  },
  {
    name: 'c',
    sdl: `${LINK}
      type Query { nodes: [Node] }
      type Node @key(fields: "id") @interfaceObject { id: ID! stars: String }`,
  },
];
const OBJECTS = ['Apple', 'Birch', 'Vault', 'Crate'];
const RIGHTS: readonly Right[] = ['authenticated', 'read', 'vip'];

/** Some of the types and fields need rights; what a field is computed from needs no more than the field itself. */
export function createRights(tape: Tape): Rights {
  const rights = new Map<string, readonly Right[]>();
  const some = (): readonly Right[] => [...new Set([tape.pick(RIGHTS), tape.pick(RIGHTS)])];
  if (tape.oneIn(4)) rights.set('Token', some());
  for (const { sdl } of SUBGRAPHS) {
    for (const type of objectTypes(parse(sdl))) {
      const { value: name } = type.name;
      if (OBJECTS.includes(name) && !rights.has(name) && tape.oneIn(3)) rights.set(name, some());
      for (const { name: field, directives = [] } of type.fields ?? []) {
        const coordinate = `${name}.${field.value}`;
        const isTaken = coordinate === 'Query._links' || directives.some(({ name: own }) => own.value === 'external');
        if (!isTaken && !rights.has(coordinate) && tape.oneIn(6)) rights.set(coordinate, some());
      }
    }
  }
  const ofPrice = rights.get('Apple.price');
  if (ofPrice) rights.set('Apple.taxed', [...new Set([...ofPrice, ...(rights.get('Apple.taxed') ?? [])])]);
  return rights;
}

/** Subgraphs whose SDL asks for the rights: composition makes of them what it does. */
export function createRestricted(rights: Rights): SubgraphDefinition[] {
  return withResolvers(rights, (sdl) => restrict(sdl, rights));
}

/** Subgraphs that ask for nothing: the rights are to be written into their supergraph. */
export function createUnrestricted(rights: Rights): SubgraphDefinition[] {
  return withResolvers(rights, (sdl) => sdl);
}

/**
 * Writes the rights where they are asked for, and nowhere else, as composition did before federation 2.14: to types and
 * their fields, never to interfaces for the types that implement them.
 */
export function restrict(sdl: string, rights: Rights): string {
  const at = (coordinate: string): DirectiveNode[] => (rights.get(coordinate) ?? []).map(toDirective);
  const add = <T extends { readonly directives?: readonly DirectiveNode[] }>(node: T, coordinate: string): T => ({
    ...node,
    directives: [...(node.directives ?? []), ...at(coordinate)],
  });
  const withFields = <T extends ObjectTypeDefinitionNode>(node: T): T => {
    const { value: name } = node.name;
    const fields = node.fields?.map((field) => {
      const isExternal = field.directives?.some((directive) => directive.name.value === 'external');
      // A field of the interface object is one of each type that implements the interface.
      const isOfNode = OBJECTS.includes(name) && !rights.has(`${name}.${field.name.value}`);
      return isExternal ? field : add(field, `${isOfNode ? 'Node' : name}.${field.name.value}`);
    });
    return add({ ...node, fields }, name);
  };
  const document = visit(parse(sdl), {
    [Kind.OBJECT_TYPE_DEFINITION]: (node: ObjectTypeDefinitionNode) => withFields(node),
    [Kind.INTERFACE_TYPE_DEFINITION]: (node: InterfaceTypeDefinitionNode) => ({
      ...node,
      fields: node.fields?.map((field) => add(field, `${node.name.value}.${field.name.value}`)),
    }),
    [Kind.SCALAR_TYPE_DEFINITION]: (node: ScalarTypeDefinitionNode) => add(node, node.name.value),
  });
  return print(document);
}

function toDirective(right: Right): ConstDirectiveNode {
  const text = {
    authenticated: '@authenticated',
    read: '@requiresScopes(scopes: [["read"]])',
    vip: '@policy(policies: [["vip"]])',
  }[right];
  const [type] = objectTypes(parse(`type T ${text} { f: Int }`));
  return type?.directives?.[0] as ConstDirectiveNode;
}

/** Where an object comes from: the rights that the way to it needs, its own type's included. */
interface Source {
  readonly type: string;
  readonly needs: readonly string[];
}

/** Every value names the rights that it needs: those of its field and type, and those of all the way to it. */
function withResolvers(rights: Rights, toSdl: (sdl: string) => string): SubgraphDefinition[] {
  let turn = 0;
  const rightsOf = (...coordinates: string[]) => coordinates.flatMap((coordinate) => rights.get(coordinate) ?? []);
  const resolve: GraphQLFieldResolver<unknown, unknown> = (parent, _args, _context, info) => {
    const source = toSource(parent, rights);
    const { fieldName, schema } = info;
    const parentType = source.type || info.parentType.name;
    const type = getNamedType(info.returnType);
    const asked = rightsOf(`${parentType}.${fieldName}`, `Node.${fieldName}`);
    const needs = [...source.needs, ...asked];
    const text = info.returnType.toString();
    const wrap = (item: unknown) => (text.startsWith('[[') ? [[item]] : text.startsWith('[') ? [item] : item);
    if (fieldName === 'id') return `${toNeeds(needs)}|${source.needs.join()}|${source.type}`;
    if (type.name === 'String') return toNeeds(needs);
    if (type.name === 'Token') return toNeeds([...needs, ...rightsOf('Token')]);
    if (type.name === 'Int') return 1;
    const isInterfaceObject = type.name === 'Node' && isObjectType(type);
    const name = isInterfaceObject ? pick(['Apple', 'Birch', 'Vault'], turn++) : pickType(schema, type.name, turn++);
    return wrap({ type: name, needs: [...new Set([...needs, ...rightsOf(name)])] } satisfies Source);
  };
  return SUBGRAPHS.map(({ name, sdl }) => ({
    name,
    sdl: toSdl(sdl),
    fieldResolver: resolve,
    typeResolver: (source) => toSource(source, rights).type,
    ...(name === 'a' && { resolvers: { Node: { __resolveReference: (source: unknown) => toSource(source, rights) } } }),
  }));
}

/** An object of these subgraphs, or a representation of it, whose id says all. */
function toSource(parent: unknown, rights: Rights): Source {
  const { type, needs, id } = (parent ?? {}) as Partial<Source> & { id?: string };
  if (needs) return { type: type as string, needs };
  if (id === undefined) return { type: '', needs: [] };
  const [, way = '', name = ''] = id.split('|');
  return { type: name, needs: [...way.split(',').filter(Boolean), ...(rights.get(name) ?? [])] };
}

function toNeeds(needs: readonly string[]): string {
  return `needs:${[...new Set(needs)].join('+')};`;
}

function pick<T>(choices: readonly T[], turn: number): T {
  return choices[turn % choices.length] as T;
}

function pickType(schema: GraphQLSchema, name: string, turn: number): string {
  const type = schema.getType(name);
  return isAbstractType(type) ? pick(schema.getPossibleTypes(type), turn).name : name;
}

function objectTypes(document: DocumentNode): ObjectTypeDefinitionNode[] {
  return document.definitions.filter(
    (node): node is ObjectTypeDefinitionNode => node.kind === Kind.OBJECT_TYPE_DEFINITION,
  );
}
