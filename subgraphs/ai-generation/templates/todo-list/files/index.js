import { TodoList } from './todo.js';

const list = new TodoList();
list.add('Write the code');
list.add('Test the code');
list.finish(1);
console.log('Todo list');
for (const { id, title, done } of list.all()) console.log(`${done ? '[x]' : '[ ]'} ${id}. ${title}`);
console.log(`${list.open().length} still open`);
