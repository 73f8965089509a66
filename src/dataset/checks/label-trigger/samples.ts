/** Words of all samples together. */
const MOST_WORDS = 6_000_000;
const FIRST_WORDS = 1 << 14;

/** Rows in memory, with what the model says of them, in two arrays for all: as objects they would take several times the room. */
export class Samples {
  readonly #labels: number;
  #words = new Int32Array(FIRST_WORDS);
  #scores = new Float64Array(FIRST_WORDS >> 4);
  /** Where the words of a sample begin; one more for the end of the last. */
  readonly #starts: number[] = [0];

  /** @param labels scores of a sample */
  constructor(labels: number) {
    this.#labels = labels;
  }

  get full(): boolean {
    return this.#starts.at(-1)! >= MOST_WORDS;
  }

  /** @returns the sample's number */
  add(words: Int32Array, scores: Float64Array): number {
    const number = this.#starts.length - 1;
    const start = this.#starts[number]!;
    const end = start + words.length;
    if (end > this.#words.length) {
      const larger = new Int32Array(Math.max(end, Math.min(MOST_WORDS, this.#words.length * 2)));
      larger.set(this.#words.subarray(0, start));
      this.#words = larger;
    }
    this.#words.set(words, start);
    const at = number * this.#labels;
    if (at + this.#labels > this.#scores.length) {
      const larger = new Float64Array(Math.max(at + this.#labels, this.#scores.length * 2));
      larger.set(this.#scores);
      this.#scores = larger;
    }
    this.#scores.set(scores, at);
    this.#starts.push(end);
    return number;
  }

  words(number: number): Int32Array {
    return this.#words.subarray(this.#starts[number], this.#starts[number + 1]);
  }

  /** By label. */
  scores(number: number): Float64Array {
    return this.#scores.subarray(number * this.#labels, (number + 1) * this.#labels);
  }
}
