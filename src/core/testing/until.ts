/** Milliseconds between two looks. */
const EVERY = 10;
/** Milliseconds after which nothing more is hoped for: far more than a busy machine needs, and less than a test may take. */
const WITHIN = 60_000;

/**
 * Looks again and again until there is something to see. For what happens in its own time: a test that reads it at one
 * moment tells how busy the machine is.
 * @param what what is waited for, for the error.
 * @returns the first value that is neither null, undefined nor false.
 * @throws Error when a minute has passed.
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  what: string,
): Promise<Exclude<T, null | undefined | false>> {
  const began = performance.now();
  for (;;) {
    const seen = await probe();
    if (seen !== null && seen !== undefined && seen !== false) return seen as Exclude<T, null | undefined | false>;
    if (performance.now() - began > WITHIN) throw new Error(`Waited a minute for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}
