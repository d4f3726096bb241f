/** Living cells as a set of 'x,y': the grid has no edges. */
export function step(alive) {
  const neighbours = new Map();
  for (const cell of alive) {
    const [x, y] = cell.split(',').map(Number);
    for (let dx = -1; dx <= 1; dx += 1) {
      for (let dy = -1; dy <= 1; dy += 1) {
        if (dx === 0 && dy === 0) continue;
        const key = `${x + dx},${y + dy}`;
        neighbours.set(key, (neighbours.get(key) ?? 0) + 1);
      }
    }
  }
  const survives = ([cell, count]) => count === 3 || (count === 2 && alive.has(cell));
  return new Set([...neighbours].filter(survives).map(([cell]) => cell));
}

export function render(alive, { width, height }) {
  const row = (y) => Array.from({ length: width }, (_, x) => (alive.has(`${x},${y}`) ? '■' : '·')).join(' ');
  return Array.from({ length: height }, (_, y) => row(y)).join('\n');
}
