// Jest's setup for `npm run fuzz`: of each file, only the tests with random values run.
const DRAWS = /\bfc\.(?:assert|sample)\(/;

function drawing(original) {
  const run = (name, test, ...more) => (DRAWS.test(String(test)) ? original : original.skip)(name, test, ...more);
  return Object.assign(run, original, {
    each:
      (...cases) =>
      (name, test, ...more) =>
        (DRAWS.test(String(test)) ? original : original.skip).each(...cases)(name, test, ...more),
  });
}

globalThis.it = drawing(globalThis.it);
globalThis.test = globalThis.it;
