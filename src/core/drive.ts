/**
 * Work that is written once and runs both ways: a generator that yields only the promises it really has to wait for.
 * As long as it yields none it ends in the turn in which it began, without a promise or a microtask, which is what the
 * path of every frame of a stream needs.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>;

/** Runs `steps` to its end: the result itself when nothing had to be waited for, a promise of it otherwise. */
export function drive<T>(steps: Steps<T>): T | Promise<T> {
  const first = steps.next();
  return first.done === true ? first.value : driveOn(steps, first.value);
}

async function driveOn<T>(steps: Steps<T>, pending: Promise<unknown>): Promise<T> {
  let waiting = pending;
  for (;;) {
    const settled = await waiting.then(
      (value) => ({ ok: true as const, value }),
      (error: unknown) => ({ ok: false as const, error }),
    );
    // A rejection is thrown where the generator waits, so that a `try` around it works.
    const step = settled.ok ? steps.next(settled.value) : steps.throw(settled.error);
    if (step.done === true) return step.value;
    waiting = step.value;
  }
}

/** Waits for a value inside a generator that `drive` runs: `const x = yield* wait(f())`. */
export function* wait<T>(value: T | Promise<T>): Steps<T> {
  return isPromise(value) ? ((yield value) as T) : value;
}

export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
