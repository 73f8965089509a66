/** Time as a parameter, so that what depends on it can be tested. Milliseconds since the Unix epoch. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
