/**
 * A look-up table without a prototype, so that a string from outside (`__proto__`, `constructor`)
 * finds nothing but what was put in.
 */
export function table<T extends object>(entries: T): Readonly<T> {
  return Object.freeze(Object.assign(Object.create(null) as T, entries));
}
