import * as fc from '@vibecode/platform/testing/property';
import {
  compileRoutePattern,
  hasParameters,
  parseRoutePattern,
  toExamplePath,
} from '../../src/request/route.pattern.ts';

describe('a path with parameters', () => {
  it.each(['/{*rest}/graphql', '/a{b}', '/{a', '/a*b', '/a/*/b', '/{}'])('is refused: %s', (pattern) => {
    expect(() => parseRoutePattern(pattern)).toThrow('expected');
  });

  it('is compared as it is where it has none', () => {
    expect(hasParameters('/graphql')).toBe(false);
    expect(compileRoutePattern('/')('/')).toBe(true);
  });

  it('matches what its parameters stand for, and its own example', () => {
    const segment = fc.string({ minLength: 1, unit: fc.constantFrom(...'abc-_.1') });
    const part = fc.oneof(
      segment.map((text) => ({ pattern: text, text })),
      fc.tuple(segment, segment).map(([name, text]) => ({ pattern: `{${name}}`, text })),
    );
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 5 }),
        fc.array(segment, { maxLength: 3 }),
        (parts, rest) => {
          const takesRest = rest.length > 0;
          const pattern = `/${parts.map((one) => one.pattern).join('/')}${takesRest ? '/{*rest}' : ''}`;
          const path = `/${[...parts.map((one) => one.text), ...rest].join('/')}`;
          const matches = compileRoutePattern(pattern);
          expect(matches(path)).toBe(true);
          expect(matches(toExamplePath(pattern))).toBe(true);
          expect(matches(`${path}/more`)).toBe(takesRest);
          expect(matches('/')).toBe(false);
        },
      ),
    );
  });
});
