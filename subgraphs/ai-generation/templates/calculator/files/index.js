import { evaluate } from './evaluate.js';
import { parse } from './parser.js';

const expressions = process.argv.slice(2);
if (expressions.length === 0) {
  console.log('{{title}}');
  expressions.push('1 + 2 * 3', '(1 + 2) * 3', '2 ^ 3 ^ 2', 'sqrt(3 ^ 2 + 4 ^ 2)');
}

for (const expression of expressions) {
  try {
    console.log(`${expression} = ${evaluate(parse(expression))}`);
  } catch (error) {
    console.error(`${expression}: ${error.message}`);
    process.exitCode = 1;
  }
}
