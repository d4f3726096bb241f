import { parseArgs } from 'node:util';
import { createRandom, parseDice, roll } from './dice.js';

const usage = `{{title}}

Usage: node index.js [options] [dice]

  dice              such as 2d6+1 (default 1d6)
  -t, --times N     how often to roll (default 1)
  -s, --seed N      repeatable rolls
  -h, --help        show this`;

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      times: { type: 'string', short: 't', default: '1' },
      seed: { type: 'string', short: 's' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
  } else {
    const [notation = '1d6'] = positionals;
    const dice = parseDice(notation);
    const random = values.seed === undefined ? Math.random : createRandom(Number(values.seed));
    for (let time = 0; time < Number(values.times); time += 1) {
      const { rolls, total } = roll(dice, random);
      console.log(`${notation}: ${total} (${rolls.join(', ')})`);
    }
  }
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
