import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slugify } from './index.js';

test('joins words in lower case', () => {
  assert.equal(slugify('  Hello,   World! '), 'hello-world');
});

test('spells letters with accents in ASCII', () => {
  assert.equal(slugify('Crème brûlée für Łukasz & Æsir'), 'creme-brulee-fur-lukasz-aesir');
});

test('takes another separator', () => {
  assert.equal(slugify('one two', { separator: '_' }), 'one_two');
});

test('cuts between words', () => {
  assert.equal(slugify('alpha beta gamma', { maxLength: 11 }), 'alpha-beta');
  assert.equal(slugify('incomprehensibilities', { maxLength: 5 }), 'incom');
});

test('gives an empty slug where there are no words', () => {
  assert.equal(slugify('!?…'), '');
});
