/** A string inside a JSON value, and the way to it. */
export interface StringLeaf {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** Every string value in `value`, in order; keys are not values. The depth was bounded when the value was read. */
export function* stringLeaves(value: unknown, path: readonly (string | number)[] = []): Generator<StringLeaf> {
  if (typeof value === 'string') {
    yield { path, text: value };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* stringLeaves(item, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* stringLeaves(item, [...path, key]);
  }
}
