/** Tasks in the order they were added. */
export class TodoList {
  #tasks = [];

  add(title) {
    const task = { id: this.#tasks.length + 1, title, done: false };
    this.#tasks.push(task);
    return task;
  }

  /** Throws when there is no task with that id. */
  finish(id) {
    const task = this.#tasks.find((each) => each.id === id);
    if (!task) throw new Error(`There is no task ${id}.`);
    task.done = true;
  }

  all() {
    return [...this.#tasks];
  }

  open() {
    return this.#tasks.filter(({ done }) => !done);
  }
}
