interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ') },
  { name: 'weekday', min: 0, max: 6, names: 'sun mon tue wed thu fri sat'.split(' ') },
];

export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** With both given, either of them is enough. */
  readonly anyDay: boolean;
}

/** @throws Error that names the field */
export function parseCron(expression: string): Cron {
  const parts = expression.trim().toLowerCase().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new Error(`expected ${FIELDS.length} fields, got ${parts.length}`);
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) => parseField(parts[index]!, field));
  return {
    minutes: minutes!,
    hours: hours!,
    days: days!,
    months: months!,
    weekdays: weekdays!,
    anyDay: parts[2] !== '*' && parts[4] !== '*',
  };
}

function parseField(text: string, field: Field): Set<number> {
  const { name, min, max } = field;
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [, range, step = '1'] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [from, to] = range === '*' ? [min, max] : (range ?? '').split('-').map((value) => parseValue(value, field));
    const last = to ?? (part.includes('/') ? max : from);
    if (from === undefined || last === undefined || from > last || Number(step) < 1)
      throw new Error(`${name}: '${part}' is no value, range or step from ${min} to ${max}`);
    for (let value = from; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}

function parseValue(text: string, { name, min, max, names = [] }: Field): number {
  const index = names.indexOf(text);
  const value = index >= 0 ? index + min : Number(/^\d+$/.test(text) ? text : Number.NaN);
  // Sunday may be written as 7.
  const normal = name === 'weekday' && value === 7 ? 0 : value;
  if (!(normal >= min && normal <= max)) throw new Error(`${name}: '${text}' is not from ${min} to ${max}`);
  return normal;
}

function isDayOf({ days, months, weekdays, anyDay }: Cron, time: Date): boolean {
  if (!months.has(time.getUTCMonth() + 1)) return false;
  const [day, weekday] = [days.has(time.getUTCDate()), weekdays.has(time.getUTCDay())];
  return anyDay ? day || weekday : day && weekday;
}

/** The next times after `start`. Looks four years ahead, so that 29 February is found and 30 February ends the search. */
export function nextTimes(cron: Cron, start: Date, count: number): Date[] {
  const times: Date[] = [];
  const day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()));
  for (let looked = 0; looked < 4 * 366 && times.length < count; looked += 1) {
    if (isDayOf(cron, day)) {
      for (const hour of cron.hours) {
        for (const minute of cron.minutes) {
          const time = new Date(day.getTime() + (hour * 60 + minute) * 60_000);
          if (time > start) times.push(time);
        }
      }
    }
    day.setUTCDate(day.getUTCDate() + 1);
  }
  return times.sort((one, other) => one.getTime() - other.getTime()).slice(0, count);
}
