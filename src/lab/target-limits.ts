/** Classes of a target that is declared, or that a server describes. */
export const MOST_CLASSES = 100_000;
/** Values of one of its samples. */
export const MOST_VALUES = 64_000_000;
