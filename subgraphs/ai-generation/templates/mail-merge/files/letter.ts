type Value = string | number | boolean | null | undefined | readonly Value[] | { readonly [name: string]: Value };
type Scope = readonly { readonly [name: string]: Value }[];
type Render = (scope: Scope) => string;

const TAG = /\[([#^/&]?)\s*([\w.]+)\s*\]/g;

/** Compiles a template once, to be filled many times. @throws Error that names the tag that is not closed or not open */
export function compile(template: string): (values: { readonly [name: string]: Value }) => string {
  const open: { name: string; kind: string; parts: Render[] }[] = [{ name: '', kind: '', parts: [] }];
  let end = 0;
  const addText = (text: string) => open.at(-1)!.parts.push(() => text);
  for (const { 0: tag, 1: kind = '', 2: name = '', index } of template.matchAll(TAG)) {
    addText(template.slice(end, index));
    end = index + tag.length;
    if (kind === '#' || kind === '^') open.push({ name, kind, parts: [] });
    else if (kind === '/') {
      const section = open.pop()!;
      if (section.name !== name || open.length === 0) throw new Error(`[/${name}] closes nothing that is open`);
      open.at(-1)!.parts.push(toSection(section.name, section.kind, join(section.parts)));
    } else open.at(-1)!.parts.push((scope) => toText(find(scope, name), kind === '&'));
  }
  if (open.length > 1) throw new Error(`[${open.at(-1)!.kind}${open.at(-1)!.name}] is never closed`);
  addText(template.slice(end));
  const render = join(open[0]!.parts);
  return (values) => render([values]);
}

const join = (parts: readonly Render[]): Render => (scope) => parts.map((part) => part(scope)).join('');

function toSection(name: string, kind: string, inner: Render): Render {
  return (scope) => {
    const value = find(scope, name);
    const entries = Array.isArray(value) ? value : value ? [value] : [];
    if (kind === '^') return entries.length === 0 ? inner(scope) : '';
    return entries
      .map((entry) => inner([typeof entry === 'object' && entry !== null ? entry : { it: entry }, ...scope]))
      .join('');
  };
}

/** The value of a name, in the innermost section that has it. */
function find(scope: Scope, name: string): Value {
  const [first = '', ...rest] = name.split('.');
  const holder = scope.find((values) => Object.hasOwn(values, first));
  return rest.reduce<Value>(
    (value, key) => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Scope[number])[key] : undefined),
    holder?.[first],
  );
}

function toText(value: Value, isRaw: boolean): string {
  const text = value === null || value === undefined ? '' : String(value);
  return isRaw ? text : text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
