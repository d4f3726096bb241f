import type { RequirementModel } from './random.requirements.ts';
import { computeField, resolveRequirementType, resolveRoot, toEntityId } from './random.requirements.values.ts';
import type { Tape } from './random.schema.ts';

/** A selection that can be printed, and answered. */
interface Asked {
  readonly key: string;
  readonly name: string;
  readonly n: number;
  readonly isPlain: boolean;
  readonly selection: AskedSelection | null;
}

interface AskedSelection {
  readonly fields: readonly Asked[];
  /** By entity's name: fields of fragments. */
  readonly fragments: readonly { readonly on: string; readonly fields: readonly Asked[] }[];
}

export interface RequirementOperation {
  readonly query: string;
  readonly expected: Record<string, unknown>;
  readonly changes: number;
}

const MAX_LEVELS = 3;

/** An operation over the model, and the answer that arithmetic gives. */
export function createRequirementOperation(model: RequirementModel, tape: Tape): RequirementOperation {
  const isMutation = tape.oneIn(8);
  const roots = Array.from({ length: 1 + tape.below(2) }, (_, at) => {
    const entity = tape.below(model.entities.length);
    const id = toEntityId(entity, 1 + tape.below(8));
    const one = { name: `${isMutation ? 'change' : 'one'}${entity}`, id, entity };
    const choices = [one, ...(isMutation ? [] : [{ name: `many${entity}`, id: undefined, entity }])];
    if (!isMutation && model.roots.things !== null) choices.push({ name: 'things', id: undefined, entity: -1 });
    const root = tape.pick(choices);
    const selection = root.entity < 0 ? askThing(model, tape) : askEntity(model, tape, root.entity, 0);
    return { key: `${root.name}_${at}`, ...root, selection };
  });
  const expected: Record<string, unknown> = {};
  const texts = roots.map(({ key, name, id, selection }) => {
    expected[key] = answer(model, toIds(resolveRoot(model, name, id)), selection);
    return `${key}: ${name}${id === undefined ? '' : `(id: "${id}")`} ${printSelection(selection)}`;
  });
  const query = `${isMutation ? 'mutation' : 'query'} { ${texts.join(' ')} }`;
  return { query, expected, changes: isMutation ? roots.length : 0 };
}

function askEntity(model: RequirementModel, tape: Tape, entity: number, level: number): AskedSelection {
  const fields = model.entities[entity]?.fields ?? [];
  const asked: Asked[] = [];
  for (const field of fields) {
    // The last fields require the most.
    if (!tape.oneIn(field === fields.at(-1) ? 2 : 3)) continue;
    if (field.target !== null && level >= MAX_LEVELS) continue;
    const n = field.hasArgument && tape.oneIn(2) ? 1 + tape.below(3) : 1;
    const selection = field.target === null ? null : askEntity(model, tape, field.target, level + 1);
    const key = n !== 1 || tape.oneIn(6) ? `${field.name}_${n}` : field.name;
    asked.push({ key, name: field.name, n, isPlain: key === field.name, selection });
  }
  if (model.asObject && tape.oneIn(5)) asked.push(plain('common'));
  if (asked.length === 0) asked.push(plain('id'));
  return { fields: asked, fragments: [] };
}

function askThing(model: RequirementModel, tape: Tape): AskedSelection {
  const names = [...model.shared, ...(model.asObject ? ['common'] : []), 'id'];
  const fields = names.filter(() => tape.oneIn(2)).map(plain);
  const fragments = model.entities.flatMap(({ name }, index) =>
    tape.oneIn(2) ? [{ on: name, fields: askEntity(model, tape, index, 1).fields }] : [],
  );
  return { fields: fields.length || fragments.length ? fields : [plain('id')], fragments };
}

function plain(name: string): Asked {
  return { key: name, name, n: 1, isPlain: true, selection: null };
}

function printSelection({ fields, fragments }: AskedSelection): string {
  const parts = fields.map(printAsked);
  for (const { on, fields: own } of fragments) parts.push(`... on ${on} { ${own.map(printAsked).join(' ')} }`);
  return `{ ${parts.join(' ')} }`;
}

function printAsked({ key, name, n, isPlain, selection }: Asked): string {
  const args = n === 1 ? '' : `(n: ${n})`;
  return `${isPlain ? '' : `${key}: `}${name}${args}${selection ? ` ${printSelection(selection)}` : ''}`;
}

function toIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toIds);
  return value === null ? null : (value as { id: string }).id;
}

function answer(model: RequirementModel, value: unknown, selection: AskedSelection): unknown {
  if (Array.isArray(value)) return value.map((element) => answer(model, element, selection));
  if (value === null) return null;
  const id = value as string;
  const object: Record<string, unknown> = {};
  const type = resolveRequirementType(model, { id });
  const own = selection.fragments.filter(({ on }) => on === type).flatMap(({ fields }) => fields);
  for (const { key, name, n, selection: inner } of [...selection.fields, ...own]) {
    if (name === 'id') object[key] = id;
    else {
      const computed = computeField(model, id, name, n);
      object[key] = inner ? merge(object[key], answer(model, computed, inner)) : computed;
    }
  }
  return object;
}

/** Of one key asked by two fragments. */
function merge(known: unknown, more: unknown): unknown {
  if (Array.isArray(known) && Array.isArray(more)) return known.map((element, at) => merge(element, more[at]));
  if (typeof known !== 'object' || known === null || typeof more !== 'object' || more === null) return more;
  return { ...known, ...more };
}
