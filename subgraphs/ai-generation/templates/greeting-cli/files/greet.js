/** One line that greets `name`. */
export function greet(name, greeting = '{{greeting}}') {
  return `${greeting}, ${name}!`;
}
