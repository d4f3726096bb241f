/** Lines of `task: dependency dependency`; blank lines and comments after '#' do not count. */
export function parseTasks(text: string): Map<string, string[]> {
  const tasks = new Map<string, string[]>();
  for (const [index, line] of text.split('\n').entries()) {
    const content = line.replace(/#.*/, '').trim();
    if (content === '') continue;
    const match = /^([\w-]+)\s*:\s*(.*)$/.exec(content);
    if (!match) throw new SyntaxError(`Line ${index + 1}: expected 'task: dependencies' but found '${content}'`);
    const [, task = '', needed = ''] = match;
    tasks.set(task, needed.split(/\s+/).filter(Boolean));
  }
  return tasks;
}
