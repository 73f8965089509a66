const BUCKETS = 1 << 17;

/**
 * A multinomial naive Bayes model over hashed words, one count a row: rough, of fixed size, and good enough to say what the rest of a row looks
 * like. Predictions leave the row itself out of the counts.
 */
export class WordModel {
  readonly #counts: Uint32Array[] = [];
  readonly #totals: number[] = [];
  readonly #rows: number[] = [];

  get labels(): number {
    return this.#rows.length;
  }

  rowsOf(label: number): number {
    return this.#rows[label] ?? 0;
  }

  add(label: number, words: readonly number[]): void {
    while (this.#rows.length <= label) {
      this.#counts.push(new Uint32Array(BUCKETS));
      this.#totals.push(0);
      this.#rows.push(0);
    }
    const counts = this.#counts[label]!;
    for (const word of words) counts[word & (BUCKETS - 1)]!++;
    this.#totals[label]! += words.length;
    this.#rows[label]!++;
  }

  /** Label that words look like, of a row that was added with `own` and with all of `words` in it. */
  predict(words: ArrayLike<number>, own: number): number {
    let best = own;
    let most = -Infinity;
    for (let label = 0; label < this.#rows.length; label++) {
      const out = label === own ? 1 : 0;
      const rows = this.#rows[label]! - out;
      if (rows <= 0) continue;
      const counts = this.#counts[label]!;
      const total = this.#totals[label]! - (out === 1 ? words.length : 0) + BUCKETS * SMOOTHING;
      let score = Math.log(rows);
      for (let at = 0; at < words.length; at++) {
        score += Math.log((Math.max(0, counts[words[at]! & (BUCKETS - 1)]! - out) + SMOOTHING) / total);
      }
      if (score > most) {
        most = score;
        best = label;
      }
    }
    return best;
  }

  /** Share of a word's rows that have the label. */
  purity(word: number, label: number): number {
    const at = word & (BUCKETS - 1);
    let all = 0;
    for (const counts of this.#counts) all += counts[at]!;
    return all === 0 ? 0 : this.#counts[label]![at]! / all;
  }
}

const SMOOTHING = 0.1;
