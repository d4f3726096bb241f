/** Notes in memory, by id. */
export class NoteStore {
  #notes = new Map();
  #nextId = 1;

  add(text) {
    const note = { id: this.#nextId++, text };
    this.#notes.set(note.id, note);
    return note;
  }

  all() {
    return [...this.#notes.values()];
  }

  find(id) {
    return this.#notes.get(id);
  }

  remove(id) {
    return this.#notes.delete(id);
  }
}
