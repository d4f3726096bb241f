import { greet } from './greet.js';

const names = process.argv.slice(2);

if (names.includes('--help')) {
  console.log('{{title}}\n\nUsage: node index.js [name ...]');
} else {
  for (const name of names.length > 0 ? names : ['{{name}}']) console.log(greet(name));
}
