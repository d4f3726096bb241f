const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `attempt(number)` until it succeeds, `times` at most, waiting twice as long after each failure. */
export async function retry(attempt, { times = 3, firstDelayMs = 10 } = {}) {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt(number);
    } catch (error) {
      if (number >= times) throw error;
      await wait(firstDelayMs * 2 ** (number - 1));
    }
  }
}
