/** An answer that has no form in which it could say that it was withheld becomes an error, with this for its reason. */
export class WithheldError extends Error {
  constructor(reason: string) {
    super(`Parapet withheld the answer. ${reason}`);
    this.name = 'WithheldError';
  }
}
