const commands = {
  add: (list, text) => `Added ${list.add(text).id}`,
  done: (list, id) => `Finished ${list.finish(Number(id)).id}`,
  remove: (list, id) => `Removed ${list.remove(Number(id)).id}`,
  list: (list) => render(list.all()),
};

/** Runs one line such as `add Write the tests` and returns what to print. */
export function runCommand(list, line) {
  const [, name, rest] = /^\s*(\S*)\s*(.*)$/.exec(line);
  if (!Object.hasOwn(commands, name)) {
    throw new Error(`Unknown command '${name}'; expected one of ${Object.keys(commands).join(', ')}.`);
  }
  return commands[name](list, rest);
}

function render(tasks) {
  const lines = tasks.map(({ id, text, done }) => `${done ? '[x]' : '[ ]'} ${id}  ${text}`);
  const finished = tasks.filter(({ done }) => done).length;
  return [...lines, `${finished} of ${tasks.length} done`].join('\n');
}
