import {
  findRequiringField,
  type Requirement,
  type RequirementModel,
  type RequiringField,
} from './random.requirements.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@interfaceObject"])';

const KEY_FIELDS = { id: ['id'], code: ['code'], both: ['id', 'code'] } as const;

/** The SDL of one subgraph: what it resolves, and what its fields require of others. */
export function printRequiringSubgraph(model: RequirementModel, subgraph: number): string {
  if (subgraph === model.asObject?.subgraph) return printInterfaceObject(model.asObject.requires);
  const externals = collectExternals(model, subgraph);
  const hasInterface = model.roots.things === subgraph;
  const types = model.entities.map(({ name, fields }, index) => {
    const lines = fields.flatMap((field) => {
      if (field.owners.includes(subgraph)) return [printField(model, field, index, subgraph)];
      const isExternal = externals.has(`${index}.${field.name}`) || (hasInterface && model.shared.includes(field.name));
      return isExternal ? [`${printSignature(model, field)} @external`] : [];
    });
    const keys = KEY_FIELDS[model.entities[index]?.keys[subgraph] ?? 'id'];
    const directives = keys.map((key) => `@key(fields: "${key}")`).join(' ');
    const keyFields = keys.map((key) => `${key}: ID!`).join(' ');
    return `type ${name}${hasInterface ? ' implements Thing' : ''} ${directives} { ${keyFields} ${lines.join(' ')} }`;
  });
  const queries = model.entities.flatMap(({ name }, index) => [
    ...(model.roots.one[index] === subgraph ? [`one${index}(id: ID!): ${name}`] : []),
    ...(model.roots.many[index] === subgraph ? [`many${index}: [${name}]`] : []),
  ]);
  const changes = model.entities.flatMap(({ name }, index) =>
    model.roots.one[index] === subgraph ? [`change${index}(id: ID!): ${name}`] : [],
  );
  if (hasInterface) {
    queries.push('things: [Thing]');
    types.push(
      `interface Thing${model.asObject ? ' @key(fields: "id")' : ''} { id: ID! ${model.shared
        .map((name) => printSignature(model, findRequiringField(model, 0, name)))
        .join(' ')} }`,
    );
  }
  if (queries.length) types.push(`type Query { ${queries.join(' ')} }`);
  if (changes.length) types.push(`type Mutation { ${changes.join(' ')} }`);
  return [LINK, ...types].join('\n');
}

function printInterfaceObject(requires: readonly string[]): string {
  const externals = requires.map((name) => `${name}: Int @external`);
  const directive = requires.length ? ` @requires(fields: "${requires.join(' ')}")` : '';
  return `${LINK} type Thing @key(fields: "id") @interfaceObject { id: ID! ${externals.join(' ')} common: Int${directive} }`;
}

function printSignature(model: RequirementModel, { name, target, isList, hasArgument }: RequiringField): string {
  const type = target === null ? 'Int' : (model.entities[target]?.name ?? '');
  return `${name}${hasArgument ? '(n: Int! = 1)' : ''}: ${isList ? `[${type}]` : type}`;
}

function printField(model: RequirementModel, field: RequiringField, entity: number, subgraph: number): string {
  const isProvided = model.entities.some(({ fields }) =>
    fields.some((other) => other.target === entity && other.provides === field.name),
  );
  const isShared = field.owners.length > 1 || isProvided;
  const requires = field.requires.length
    ? ` @requires(fields: "${field.requires.map(printRequirement).join(' ')}")`
    : '';
  const provides = field.provides && field.owners[0] === subgraph ? ` @provides(fields: "${field.provides}")` : '';
  return `${printSignature(model, field)}${requires}${provides}${isShared ? ' @shareable' : ''}`;
}

function printRequirement({ name, nested, n }: Requirement): string {
  return `${name}${n === null ? '' : `(n: ${n})`}${nested ? ` { ${nested} }` : ''}`;
}

/** Fields that this subgraph names, and others resolve. */
function collectExternals(model: RequirementModel, subgraph: number): Set<string> {
  const externals = new Set<string>();
  for (const [index, { fields }] of model.entities.entries()) {
    for (const field of fields) {
      if (!field.owners.includes(subgraph)) continue;
      for (const { name, nested } of field.requires) {
        externals.add(`${index}.${name}`);
        if (nested) externals.add(`${findRequiringField(model, index, name).target}.${nested}`);
      }
      if (field.provides && field.owners[0] === subgraph) externals.add(`${field.target}.${field.provides}`);
    }
  }
  return externals;
}
