import { render, step } from './life.js';
import { createPattern } from './patterns.js';

const [name = 'glider', generations = '4'] = process.argv.slice(2);
const size = { width: 16, height: 8 };

console.log(`{{title}}: ${name}`);
let alive = createPattern(name, [4, 2]);
for (let generation = 1; generation <= Number(generations); generation += 1) {
  alive = step(alive);
  console.log(`\ngeneration ${generation}, ${alive.size} alive\n${render(alive, size)}`);
}
