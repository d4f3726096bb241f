import { findLanguage } from '../src/file.language.ts';

describe('findLanguage', () => {
  it.each([
    ['index.ts', 'typescript'],
    ['App.JSX', 'javascript'],
    ['Dockerfile', 'dockerfile'],
    ['main.py', 'python'],
    ['py', null],
    ['notes', null],
    ['a.constructor', null],
    ['constructor', null],
  ])('%p is %p', (name, language) => {
    expect(findLanguage(name)).toBe(language);
  });
});
