import { JobQueue } from './queue.js';
import { retry } from './retry.js';

/** Jobs that fail a given number of times. */
const jobs = { steady: 0, flaky: 2, broken: Infinity };

console.log('{{title}}');
const queue = new JobQueue({ concurrency: 2 });
let mostAtOnce = 0;

const results = await Promise.all(
  Object.entries(jobs).map(async ([name, failures]) => {
    let attempts = 0;
    const job = () =>
      retry(async (number) => {
        attempts = number;
        mostAtOnce = Math.max(mostAtOnce, queue.running);
        if (number <= failures) throw new Error(failures === Infinity ? 'always' : 'not yet');
      });
    return queue.add(job).then(
      () => `${name.padEnd(8)} done after ${attempts}`,
      (error) => `${name.padEnd(8)} failed after ${attempts}: ${error.message}`,
    );
  }),
);

console.log(results.join('\n'));
console.log(`most at once: ${mostAtOnce}`);
