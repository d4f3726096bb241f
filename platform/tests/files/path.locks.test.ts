import { PathLocks } from '../../src/files/path.locks.ts';

describe('PathLocks', () => {
  it('hold a file, and a folder with all that is in it', () => {
    const locks = new PathLocks(['config.js', 'src/core']);
    expect(locks.find('config.js')).toBe('config.js');
    expect(locks.find('src/core/a/b.js')).toBe('src/core');
    expect(locks.find('src/core')).toBe('src/core');
    for (const free of ['src', 'src/core.js', 'src/corex/a.js', 'lib/config.js', 'config.js.bak', '']) {
      expect(locks.find(free)).toBeNull();
    }
  });

  it('hold what some file systems cannot distinguish', () => {
    const locks = new PathLocks(['Caf\u00e9/Menu.md']);
    expect(locks.find('cafe\u0301/MENU.md')).toBe('Caf\u00e9/Menu.md');
  });
});
