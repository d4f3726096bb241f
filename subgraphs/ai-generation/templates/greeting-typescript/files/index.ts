import { greet } from './greet.ts';

console.log('Greeting in TypeScript');
console.log(greet({ name: 'world', hour: new Date().getHours() }));
