import { nextTimes, parseCron } from './cron.ts';

const [expression = '0 8 * * mon-fri', from = new Date().toISOString()] = process.argv.slice(2);
try {
  const start = new Date(from);
  if (Number.isNaN(start.getTime())) throw new Error(`'${from}' is no time; expected one like 2026-01-02T09:30:00Z`);
  console.log(`{{title}}: ${expression}`);
  for (const time of nextTimes(parseCron(expression), start, 6)) console.log(time.toISOString());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
