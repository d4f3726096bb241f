/** Node's `util.inspect` and `util.format`, near enough that what people print reads the same. */
export interface InspectOptions {
  depth?: number | null;
  compact?: number | boolean;
  breakLength?: number;
}

const identifier = /^[A-Za-z_$][\w$]*$/;
export const customInspect = Symbol.for('nodejs.util.inspect.custom');

export function inspect(value: unknown, options: InspectOptions = {}): string {
  return format(value, 0, [], {
    depth: options.depth === undefined ? 2 : (options.depth ?? Infinity),
    width: options.breakLength ?? 80,
  });
}

interface Style {
  depth: number;
  width: number;
}

function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') ? '`' : "'";
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

function primitive(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  return String(value);
}

function constructorName(value: object): string | null {
  for (let prototype = Object.getPrototypeOf(value); prototype; prototype = Object.getPrototypeOf(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'constructor');
    if (typeof descriptor?.value === 'function' && descriptor.value.name) return descriptor.value.name;
  }
  return null;
}

/** `Error: message` and the frames below it; QuickJS keeps the first line out of `stack`. */
export function formatError(error: Error): string {
  const stack =
    typeof error.stack === 'string'
      ? error.stack
          .split('\n')
          .filter((line) => !/^\s+at .*\((internal:.*|native)\)$/.test(line))
          .join('\n')
          .trimEnd()
      : '';
  let headline = 'Error';
  try {
    headline = String(error);
  } catch {}
  if (stack.startsWith(headline)) return stack;
  return stack ? `${headline}\n${stack}` : `${headline}`;
}

function format(value: unknown, level: number, seen: object[], style: Style): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return primitive(value);
  const custom = (value as Record<symbol, unknown>)[customInspect];
  if (typeof custom === 'function') {
    const result = custom.call(value, style.depth - level, {}, inspect);
    return typeof result === 'string' ? result : format(result, level, seen, style);
  }
  if (seen.includes(value)) return '[Circular *1]';
  const name = constructorName(value);
  if (value instanceof Error) return formatErrorWithFields(value, level, [...seen, value], style);
  if (value instanceof RegExp) return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Promise) return 'Promise { <pending> }';
  if (value instanceof WeakMap || value instanceof WeakSet) return `${name} { <items unknown> }`;
  if (value instanceof String || value instanceof Number || value instanceof Boolean) {
    return `[${name}: ${primitive(value.valueOf())}]`;
  }
  const isArray = Array.isArray(value);
  if (level > style.depth)
    return isArray
      ? '[Array]'
      : typeof value === 'function'
        ? formatFunction(value)
        : `[${name ?? 'Object: null prototype'}]`;
  const inner = (item: unknown) => format(item, level + 1, [...seen, value], style);
  const fields = () => ownKeys(value).map((key) => formatField(value, key, inner));

  if (isArray) return formatArray(value, inner, fields, level, style);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items = Array.from(value as Uint8Array)
      .slice(0, 100)
      .map(inner);
    if ((value as Uint8Array).length > 100) items.push(`... ${(value as Uint8Array).length - 100} more items`);
    return wrap(`${name}(${(value as Uint8Array).length}) `, '[', items, ']', level, style);
  }
  if (value instanceof Map) {
    const items = [...value].map(([key, item]) => `${inner(key)} => ${inner(item)}`);
    return wrap(`${name}(${value.size}) `, '{', [...items, ...fields()], '}', level, style);
  }
  if (value instanceof Set) {
    return wrap(`${name}(${value.size}) `, '{', [...[...value].map(inner), ...fields()], '}', level, style);
  }
  if (typeof value === 'function') {
    const own = fields();
    return own.length > 0 ? wrap(`${formatFunction(value)} `, '{', own, '}', level, style) : formatFunction(value);
  }
  const tag = (value as Record<symbol, unknown>)[Symbol.toStringTag];
  const label = name === null ? '[Object: null prototype]' : name;
  const suffix = typeof tag === 'string' && tag !== label ? ` [${tag}]` : '';
  return wrap(label === 'Object' && !suffix ? '' : `${label}${suffix} `, '{', fields(), '}', level, style);
}

function formatFunction(value: object): string {
  const source = Function.prototype.toString.call(value);
  const name = (value as { name?: string }).name;
  if (source.startsWith('class')) {
    const parent = Object.getPrototypeOf(value)?.name;
    return `[class ${name || '(anonymous)'}${parent ? ` extends ${parent}` : ''}]`;
  }
  const kind = constructorName(value) ?? 'Function';
  return name ? `[${kind}: ${name}]` : `[${kind} (anonymous)]`;
}

function formatErrorWithFields(error: Error, level: number, seen: object[], style: Style): string {
  const text = level > 0 && !error.stack ? `[${String(error)}]` : formatError(error);
  const keys = ownKeys(error).filter(
    (key) => !['stack', 'message', 'fileName', 'lineNumber', 'columnNumber'].includes(String(key)),
  );
  const hidden = Object.hasOwn(error, 'cause') && !keys.includes('cause') ? ['cause'] : [];
  if (Object.hasOwn(error, 'errors') && !keys.includes('errors')) hidden.push('errors');
  const inner = (item: unknown) => format(item, level + 1, seen, style);
  const fields = [
    ...keys.map((key) => formatField(error, key, inner)),
    ...hidden.map((key) => `[${key}]: ${inner((error as unknown as Record<string, unknown>)[key])}`),
  ];
  const indented = text.replaceAll('\n', `\n${'  '.repeat(level)}`);
  return fields.length > 0 ? `${indented} ${wrap('', '{', fields, '}', level, { ...style, width: 0 })}` : indented;
}

function formatArray(
  value: unknown[],
  inner: (item: unknown) => string,
  fields: () => string[],
  level: number,
  style: Style,
): string {
  const items: string[] = [];
  for (let index = 0; index < value.length && items.length < 100; index++) {
    if (index in value) {
      items.push(inner(value[index]));
      continue;
    }
    const from = index;
    while (index + 1 < value.length && !(index + 1 in value)) index++;
    items.push(`<${index - from + 1} empty item${index > from ? 's' : ''}>`);
  }
  if (value.length > 100) items.push(`... ${value.length - 100} more item${value.length > 101 ? 's' : ''}`);
  const own = fields();
  const name = constructorName(value);
  return wrap(
    name === 'Array' ? '' : `${name}(${value.length}) `,
    '[',
    own.length > 0 ? [...items, ...own] : items,
    ']',
    level,
    style,
  );
}

function ownKeys(value: object): (string | symbol)[] {
  const skip = Array.isArray(value) || ArrayBuffer.isView(value) ? /^\d+$/ : null;
  const names = Object.keys(value).filter((key) => !skip?.test(key));
  const symbols = Object.getOwnPropertySymbols(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key),
  );
  return [...names, ...symbols];
}

function formatField(value: object, key: string | symbol, inner: (item: unknown) => string): string {
  const descriptor = Object.getOwnPropertyDescriptor(value, key)!;
  const name = typeof key === 'symbol' ? `[${String(key)}]` : identifier.test(key) ? key : quote(key);
  if (descriptor.get) return `${name}: [Getter${descriptor.set ? '/Setter' : ''}]`;
  if (descriptor.set) return `${name}: [Setter]`;
  return `${name}: ${inner(descriptor.value)}`;
}

/** On one line if it is short, as Node does (72 columns); short items of long arrays stand in columns. */
function wrap(prefix: string, open: string, items: string[], close: string, level: number, style: Style): string {
  if (items.length === 0) return `${prefix}${open}${close}`;
  const total = items.reduce((sum, item) => sum + item.length + 2, prefix.length + level * 2);
  const isShort = items.length <= 6 || open === '{';
  if (
    total <= Math.min(72, style.width) + (level > 0 ? 4 : 0) &&
    isShort &&
    !items.some((item) => item.includes('\n'))
  ) {
    return `${prefix}${open} ${items.join(', ')} ${close}`;
  }
  const indent = '  '.repeat(level + 1);
  const lines = open === '[' && items.length > 6 && style.width > 0 ? toColumns(items) : items;
  return `${prefix}${open}\n${indent}${lines.join(`,\n${indent}`)}\n${'  '.repeat(level)}${close}`;
}

function toColumns(items: string[]): string[] {
  const last = items.at(-1)?.startsWith('... ') ? items.pop() : undefined;
  const widest = Math.max(...items.map((item) => item.length)) + 2;
  if (widest > 18 || items.some((item) => item.includes('\n'))) return last ? [...items, last] : items;
  const columns = Math.max(
    1,
    Math.min(Math.round(Math.sqrt(2.5 * widest * items.length) / widest), Math.floor(80 / widest), 15),
  );
  const numeric = items.every((item) => /^-?[\d.]+n?$/.test(item));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...items.filter((_, index) => index % columns === column).map((item) => item.length)),
  );
  const lines: string[] = [];
  for (let start = 0; start < items.length; start += columns) {
    const row = items.slice(start, start + columns);
    lines.push(
      row
        .map((item, column) => {
          const isLast = column === row.length - 1;
          if (numeric) return item.padStart(widths[column]!);
          return isLast ? item : `${item},`.padEnd(widths[column]! + 1);
        })
        .join(numeric ? ', ' : ' '),
    );
  }
  return last ? [...lines, last] : lines;
}

/** `printf`-like, for `console.log('%s', …)`. */
export function formatMessage(...values: unknown[]): string {
  const [first, ...rest] = values;
  const parts: string[] = [];
  if (typeof first === 'string' && first.includes('%') && rest.length > 0) {
    parts.push(
      first.replace(/%([sdifjoOc%])/g, (whole, kind: string) => {
        if (kind === '%') return '%';
        if (rest.length === 0) return whole;
        const value = rest.shift();
        switch (kind) {
          case 's':
            return typeof value === 'string'
              ? value
              : typeof value === 'object' && value !== null
                ? inspect(value, { depth: 0 })
                : primitive(value);
          case 'd':
            return typeof value === 'bigint'
              ? `${value}n`
              : String(typeof value === 'object' ? Number.NaN : Number(value));
          case 'i':
            return String(Number.parseInt(String(value), 10));
          case 'f':
            return String(Number.parseFloat(String(value)));
          case 'j':
            return JSON.stringify(value) ?? 'undefined';
          case 'c':
            return '';
          default:
            return inspect(value, { depth: kind === 'o' ? 4 : 2 });
        }
      }),
    );
  } else if (values.length > 0) {
    parts.push(typeof first === 'string' ? first : inspect(first));
  }
  for (const value of rest) parts.push(typeof value === 'string' ? value : inspect(value));
  return parts.join(' ');
}
