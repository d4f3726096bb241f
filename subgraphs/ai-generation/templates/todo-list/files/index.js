import { readFileSync } from 'node:fs';
import { runCommand } from './commands.js';
import { TodoList } from './todo.js';

const demo = 'add Read the code\nadd Change it\ndone 1\nlist';

const input = process.stdin.isTTY ? '' : readFileSync(0, 'utf8');
const list = new TodoList();

console.log('{{title}}');
for (const line of (input.trim() || demo).split('\n')) {
  try {
    console.log(runCommand(list, line));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
