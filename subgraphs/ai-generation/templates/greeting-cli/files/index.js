import { greet } from './greet.js';

const name = globalThis.process?.argv?.[2] ?? 'world';
console.log('Greeting');
console.log(greet(name, new Date().getHours()));
