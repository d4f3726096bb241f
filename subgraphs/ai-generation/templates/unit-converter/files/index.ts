import { convert } from './units.ts';

const round = (value: number): number => Number(value.toFixed(3));

function describe(value: number, from: string, to: string): string {
  return `${value} ${from} = ${round(convert(value, from, to))} ${to}`;
}

const [value, from, to] = process.argv.slice(2);

if (value === undefined || from === undefined || to === undefined) {
  console.log('{{title}}');
  console.log([describe(100, 'km', 'mi'), describe(20, 'C', 'F'), describe(1, 'lb', 'g')].join('\n'));
} else {
  try {
    console.log(describe(Number(value), from, to));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
