/** Reads a place in JSON; undefined where there is nothing. With a `*` in it: a list of all that is found. */
export type ReadJson = (value: unknown) => unknown;

type Step = string | number | typeof EVERY;

const EVERY = Symbol('*');
const STEP = /\.?\[\s*(?:(-?\d{1,9})|"([^"]*)"|'([^']*)'|(\*))\s*\]|\.([^.[\]*]+)|\.(\*)/y;

/**
 * Compiles the part of JSONPath (RFC 9535) that names places: `$.variables.id`, `$['a b'][0]`, `$.list[-1].name`, `$.list[*]`.
 * Without `$` it begins with a dot, as the first version of Apollo Router has it. What would search (`..`, filters, slices)
 * is not taken: it is not linear in the size of the answer.
 *
 * @throws Error that says what was expected
 */
export function compileJsonPath(text: string): ReadJson {
  const steps = parseSteps(text);
  return steps.includes(EVERY) ? (value) => readAll([value], steps) : (value) => readOne(value, steps);
}

function parseSteps(text: string): readonly Step[] {
  const steps: Step[] = [];
  let at = text.startsWith('$') ? 1 : 0;
  if (at === 0 && !text.startsWith('.')) throw unexpected();
  if (text === '.') return steps;
  while (at < text.length) {
    STEP.lastIndex = at;
    const match = STEP.exec(text);
    if (!match) throw unexpected();
    const [whole, index, double, single, star, name, dotStar] = match;
    at += whole.length;
    if (star || dotStar) steps.push(EVERY);
    else if (index !== undefined) steps.push(Number(index));
    else steps.push((double ?? single ?? name)!);
  }
  return steps;
}

function unexpected(): Error {
  return new Error("expected a path of names and indexes, such as '$.operationName' or '$.extensions.list[0].name'");
}

function readOne(value: unknown, steps: readonly Step[]): unknown {
  let current = value;
  for (const step of steps) {
    if (current === undefined) return undefined;
    current = read(current, step as string | number);
  }
  return current;
}

function readAll(values: readonly unknown[], steps: readonly Step[]): unknown {
  let current = values;
  for (const step of steps) {
    current = current
      .flatMap((value) => (step === EVERY ? childrenOf(value) : [read(value, step)]))
      .filter((value) => value !== undefined);
  }
  return current.length > 0 ? current : undefined;
}

function read(value: unknown, step: string | number): unknown {
  if (value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return typeof step === 'number' ? value.at(step) : undefined;
  return Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
}

function childrenOf(value: unknown): readonly unknown[] {
  if (value === null || typeof value !== 'object') return [];
  return Array.isArray(value) ? value : Object.values(value);
}
