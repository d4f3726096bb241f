import { STANDARD_ATTRIBUTES } from './instrumentation.section.ts';
import { FOREIGN_SELECTORS, SELECTOR_LEVELS, type SelectorLevel } from './selector.section.ts';

type Path = readonly (string | number)[];
type Names = Record<string, unknown>;

/** A part of `telemetry.instrumentation` that has no effect here. */
export interface ForeignInstrumentation {
  readonly path: Path;
  readonly advice: string;
}

/** Instruments that are always on. Their names in Prometheus have underscores. */
const ALWAYS_THERE: Readonly<Record<SelectorLevel, readonly string[]>> = {
  router: ['http.server.request.duration', 'http.server.active_requests'],
  supergraph: [],
  subgraph: ['http.client.request.duration'],
};
const FOREIGN_ATTRIBUTE = /^(network|url|cost|client|server|http|graphql|apollo|subgraph|dd)\.|^baggage$/;

/** Removes the parts that only Apollo Router supports from the data. @returns the removed parts */
export function removeForeignInstrumentation(data: unknown): ForeignInstrumentation[] {
  const base = ['telemetry', 'instrumentation'];
  const root = base.reduce<unknown>((value, name) => (isNames(value) ? value[name] : undefined), data);
  if (!isNames(root)) return [];
  const found: ForeignInstrumentation[] = [];
  const report = (path: Path, advice: string) => found.push({ path: [...base, ...path], advice });
  const { spans, events, instruments } = root;
  for (const [section, key] of [
    [spans, 'default_attribute_requirement_level'],
    [instruments, 'default_requirement_level'],
  ] as const) {
    if (!isNames(section) || section[key] !== 'none') continue;
    report(
      [section === spans ? 'spans' : 'instruments', key],
      'the attributes and instruments in docs/observability.md are always on',
    );
    delete section[key];
  }
  for (const level of SELECTOR_LEVELS) {
    const look = (path: Path, of: unknown) => removeFrom(of, level, path, report);
    if (isNames(spans) && isNames(spans[level])) look(['spans', level, 'attributes'], spans[level].attributes);
    for (const [section, name] of [
      [events, 'events'],
      [instruments, 'instruments'],
    ] as const) {
      const ofLevel = isNames(section) ? section[level] : undefined;
      if (!isNames(ofLevel)) continue;
      if (name === 'instruments') removeStandardInstruments(ofLevel, level, report);
      for (const [key, one] of Object.entries(ofLevel)) {
        if (!isNames(one)) continue;
        const path = [name, level, key];
        look([...path, 'attributes'], one.attributes);
        const foreign = findForeignSelector(one.condition, level) ?? findForeignSelector(one.value, level);
        if (foreign === null) continue;
        report(path, `the selector ${foreign} is not supported, so that the entry is ignored`);
        delete ofLevel[key];
      }
    }
  }
  return found;
}

type Report = (path: Path, advice: string) => void;

function removeFrom(attributes: unknown, level: SelectorLevel, path: Path, report: Report): void {
  if (!isNames(attributes)) return;
  const standard: readonly string[] = STANDARD_ATTRIBUTES[level];
  for (const [name, value] of Object.entries(attributes)) {
    const foreign = findForeignSelector(value, level);
    const isNamed = typeof value === 'boolean' || value === null || (isNames(value) && 'alias' in value);
    if (foreign !== null) report([...path, name], `the selector ${foreign} is not supported`);
    else if (isNamed && !standard.includes(name) && FOREIGN_ATTRIBUTE.test(name)) {
      if (value !== false && value !== null) report([...path, name], 'the attribute is not supported');
    } else continue;
    delete attributes[name];
  }
}

/** Removes Apollo Router's standard instruments. One that this gateway does not have is reported unless it is off. */
function removeStandardInstruments(ofLevel: Names, level: SelectorLevel, report: Report): void {
  for (const [name, value] of Object.entries(ofLevel)) {
    const isAlwaysThere = ALWAYS_THERE[level].includes(name);
    if (isNames(value) && 'value' in value) continue;
    if (!isAlwaysThere && !/^(http|apollo|cost)\./.test(name)) continue;
    if (isAlwaysThere && value !== true) {
      report(['instruments', level, name], 'the instrument is always on, with the attributes in docs/observability.md');
    } else if (!isAlwaysThere && value !== false)
      report(['instruments', level, name], 'the instrument is not supported');
    delete ofLevel[name];
  }
}

/** @returns the name of a nested selector that only Apollo Router has; null if there is none */
function findForeignSelector(value: unknown, level: SelectorLevel): string | null {
  if (Array.isArray(value)) {
    for (const one of value) {
      const found = findForeignSelector(one, level);
      if (found !== null) return found;
    }
    return null;
  }
  if (!isNames(value)) return null;
  for (const [name, inner] of Object.entries(value)) {
    if (FOREIGN_SELECTORS[level].has(name)) return name;
    if (level === 'supergraph' && name === 'query' && inner !== 'string') return `query: ${String(inner)}`;
    const found = findForeignSelector(inner, level);
    if (found !== null) return found;
  }
  return null;
}

function isNames(value: unknown): value is Names {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
