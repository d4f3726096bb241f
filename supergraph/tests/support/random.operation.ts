import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { Tape } from './random.schema.ts';

export interface RandomOperation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

const MAX_DEPTH = 4;
const VARIABLES: Readonly<Record<string, string>> = {
  yes: 'Boolean! = true',
  no: 'Boolean!',
  n: 'Int',
  m: 'Int = 3',
  in: 'In = { n: 7, text: "x" }',
  text: 'String! = "t"',
  all: '[[Int]!]',
};
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  n: ['2', '$n', '$m', 'null'],
  in: ['$in', '{ n: 5, deep: { text: [$text, "y"], color: RED } }', '{}', '{ n: $m }'],
  all: ['[[1, null], []]', '$all', '3', '[$n]'],
};

/** An operation over the schema, valid for the most part: aliases, fragments, conditions, arguments, abstract types. */
export function createOperation(schema: GraphQLSchema, tape: Tape): RandomOperation {
  const fragments: string[] = [];
  let counter = 0;

  const directive = () => {
    if (!tape.oneIn(6)) return '';
    return ` @${tape.pick(['skip', 'include'])}(if: ${tape.pick(['$yes', '$no', 'true', 'false'])})`;
  };

  const selectionOf = (type: GraphQLNamedType, depth: number): string => {
    const parts: string[] = [];
    if (tape.oneIn(3)) parts.push(tape.oneIn(2) ? '__typename' : `t${counter++}: __typename`);
    if (isObjectType(type) || isInterfaceType(type)) {
      const fields = Object.values(type.getFields());
      for (let count = 1 + tape.below(4); count > 0; count -= 1) {
        const field = tape.pick(fields);
        const fieldType = getNamedType(field.type);
        const isComposite = isCompositeType(fieldType);
        if (isComposite && depth >= MAX_DEPTH) continue;
        const given = field.args
          .filter(() => tape.oneIn(2))
          .map(({ name }) => `${name}: ${tape.pick(ARGUMENTS[name] ?? [])}`);
        const argument = given.length ? `(${given.join(', ')})` : '';
        // Aliases that are names of fields, keys among them, are the hard ones for a planner.
        const isClash = !argument && tape.oneIn(12);
        const alias = isClash
          ? `${tape.pick(['id', 'code', tape.pick(fields).name])}: `
          : argument || tape.oneIn(5)
            ? `a${counter++}: `
            : '';
        parts.push(
          `${alias}${field.name}${argument}${directive()}${isComposite ? selectionOf(fieldType, depth + 1) : ''}`,
        );
      }
    }
    if (isAbstractType(type) || tape.oneIn(5)) {
      const conditions = isAbstractType(type) ? [...schema.getPossibleTypes(type)] : [type];
      for (let count = tape.below(3); count > 0; count -= 1) {
        const condition =
          tape.oneIn(4) && isAbstractType(type)
            ? schema.getType(tape.pick(['Thing', 'Node', 'Any', 'Pick']))
            : tape.pick(conditions);
        if (!condition) continue;
        if (tape.oneIn(3)) {
          const name = `F${counter++}`;
          fragments.push(`fragment ${name} on ${condition.name} ${selectionOf(condition, depth + 1)}`);
          parts.push(`...${name}${directive()}`);
        } else parts.push(`... on ${condition.name}${directive()} ${selectionOf(condition, depth + 1)}`);
      }
    }
    return ` { ${parts.length ? parts.join(' ') : '__typename'} }`;
  };

  const kind = tape.oneIn(4) ? 'mutation' : 'query';
  const root = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
  const introspection =
    kind === 'query' && tape.oneIn(8) ? ', __schema { queryType { name } } __type(name: "Apple") { kind name }' : '';
  const selection = selectionOf(root as GraphQLNamedType, 0).replace(/\}$/, `${introspection} }`);
  const body = [selection, ...fragments].join('\n');
  const used = Object.keys(VARIABLES).filter((name) => new RegExp(`\\$${name}\\b`).test(body));
  const definitions = used.map((name) => `$${name}: ${VARIABLES[name]}`).join(', ');
  return {
    query: `${kind} Random${definitions && `(${definitions})`}${body}`,
    variables: {
      no: tape.oneIn(4),
      ...(tape.oneIn(2) && { n: tape.below(5) }),
      ...(tape.oneIn(3) && { yes: tape.oneIn(2) }),
      ...(tape.oneIn(2) && { in: tape.pick([null, { n: 1 }, { deep: { n: 2, text: 'one' }, color: 'BLUE' }]) }),
      ...(tape.oneIn(2) && { text: 'given' }),
      ...(tape.oneIn(2) && { all: tape.pick([[[1, null]], 4, [5]]) }),
    },
  };
}
