/** Tasks in the order they were added. */
export class TodoList {
  #tasks = new Map();
  #nextId = 1;

  add(text) {
    if (text.trim() === '') throw new Error('A task needs a text.');
    const task = { id: this.#nextId++, text: text.trim(), done: false };
    this.#tasks.set(task.id, task);
    return task;
  }

  finish(id) {
    const task = this.#get(id);
    task.done = true;
    return task;
  }

  remove(id) {
    const task = this.#get(id);
    this.#tasks.delete(id);
    return task;
  }

  all() {
    return [...this.#tasks.values()];
  }

  #get(id) {
    const task = this.#tasks.get(id);
    if (!task) throw new Error(`There is no task ${id}.`);
    return task;
  }
}
