const NOTATION = /^(\d*)d(\d+)([+-]\d+)?$/i;

/** Reads dice notation: `2d6+1` is two dice of six sides, plus one. */
export function parseDice(notation) {
  const [, count, sides, bonus] = NOTATION.exec(notation) ?? [];
  if (!sides || Number(sides) < 2) throw new Error(`'${notation}' is no dice notation; expected something like 2d6+1.`);
  return { count: Number(count || 1), sides: Number(sides), bonus: Number(bonus ?? 0) };
}

export function roll({ count, sides, bonus }, random) {
  const rolls = Array.from({ length: count }, () => 1 + Math.floor(random() * sides));
  return { rolls, total: rolls.reduce((sum, value) => sum + value, bonus) };
}

/** Numbers from 0 up to 1 that repeat for a seed: mulberry32. */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
