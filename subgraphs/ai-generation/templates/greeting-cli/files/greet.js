/** A greeting that fits the hour, 0 to 23. */
export function greet(name, hour) {
  if (hour < 12) return `Good morning, ${name}!`;
  if (hour < 18) return `Good afternoon, ${name}!`;
  return `Good evening, ${name}!`;
}
