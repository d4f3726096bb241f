import { toLockFinder } from '../src/features/file/file.locks.ts';

describe('toLockFinder', () => {
  it('finds the lock of a file, and of the folder above it, in any spelling', () => {
    const find = toLockFinder(['config.js', 'Caf\u00e9']);
    expect(find('config.js')).toBe('config.js');
    expect(find('CONFIG.js')).toBe('config.js');
    expect(find('cafe\u0301/menu/today.md')).toBe('Caf\u00e9');
    for (const free of ['config.jsx', 'lib/config.js', 'cafe/menu.md', '']) expect(find(free)).toBeNull();
    expect(toLockFinder([])('config.js')).toBeNull();
  });
});
