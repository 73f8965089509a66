const BUCKETS = 1 << 17;
const SMOOTHING = 0.1;
/** Counts whose logarithm is taken once a label and not once a word. */
const KNOWN_TERMS = 4096;

/**
 * A multinomial naive Bayes model over hashed words, one count a row: rough, of fixed size, and good enough to say what the rest of a row looks
 * like. The row itself is left out of the counts.
 */
export class WordModel {
  /** By word and, side by side, by label: of a word that is looked up, those of all labels are wanted. */
  #counts = new Uint32Array(BUCKETS);
  /** Labels that there is room for. */
  #room = 1;
  readonly #totals: number[] = [];
  readonly #rows: number[] = [];
  readonly #terms: { readonly total: number; readonly terms: Float64Array }[] = [];

  get labels(): number {
    return this.#rows.length;
  }

  rowsOf(label: number): number {
    return this.#rows[label] ?? 0;
  }

  add(label: number, words: Int32Array): void {
    while (this.#rows.length <= label) {
      this.#totals.push(0);
      this.#rows.push(0);
    }
    while (this.#room <= label) this.#makeRoom();
    const counts = this.#counts;
    const room = this.#room;
    for (let at = 0; at < words.length; at++) counts[(words[at]! & (BUCKETS - 1)) * room + label]!++;
    this.#totals[label]! += words.length;
    this.#rows[label]!++;
  }

  #makeRoom(): void {
    const [before, room] = [this.#counts, this.#room];
    const counts = new Uint32Array(BUCKETS * room * 2);
    for (let word = 0; word < BUCKETS; word++)
      counts.set(before.subarray(word * room, (word + 1) * room), word * room * 2);
    this.#counts = counts;
    this.#room = room * 2;
  }

  #countOf(word: number, label: number): number {
    return this.#counts[(word & (BUCKETS - 1)) * this.#room + label]!;
  }

  /** Log-likelihood, by label, of a row that was added with the label `own`. */
  scores(words: Int32Array, own: number): Float64Array {
    const scores = new Float64Array(this.#rows.length);
    for (let label = 0; label < scores.length; label++) {
      const rows = this.#rows[label]! - (label === own ? 1 : 0);
      scores[label] = rows <= 0 ? -Infinity : Math.log(rows);
    }
    const known = this.#rows.map((_, label) => this.#termsOf(label));
    const counts = this.#counts;
    for (let at = 0; at < words.length; at++) {
      const word = words[at]!;
      const start = (word & (BUCKETS - 1)) * this.#room;
      for (let label = 0; label < scores.length; label++) {
        const count = counts[start + label]!;
        // Of another label nothing but the count decides, and most counts are small.
        if (label === own || count >= KNOWN_TERMS) scores[label]! += this.term(word, label, own, words.length);
        else scores[label]! += known[label]![count]!;
      }
    }
    return scores;
  }

  /** What a word with each of the small counts adds. */
  #termsOf(label: number): Float64Array {
    const total = this.#totals[label]!;
    const known = this.#terms[label];
    if (known?.total === total) return known.terms;
    const all = total + BUCKETS * SMOOTHING;
    const terms = Float64Array.from({ length: KNOWN_TERMS }, (_, count) => Math.log((count + SMOOTHING) / all));
    this.#terms[label] = { total, terms };
    return terms;
  }

  /** What one word adds to the score of a label, in a row with so many words that was added with the label `own`. */
  term(word: number, label: number, own: number, words: number): number {
    const out = label === own ? 1 : 0;
    const count = Math.max(0, this.#countOf(word, label) - out);
    const total = this.#totals[label]! - out * words + BUCKETS * SMOOTHING;
    return Math.log((count + SMOOTHING) / total);
  }

  /** Share of a word's rows that have the label. */
  purity(word: number, label: number): number {
    let all = 0;
    for (let one = 0; one < this.#rows.length; one++) all += this.#countOf(word, one);
    return all === 0 ? 0 : this.#countOf(word, label) / all;
  }
}

/** The label with the highest score. */
export function bestLabel(scores: Float64Array): number {
  let best = 0;
  for (let label = 1; label < scores.length; label++) if (scores[label]! > scores[best]!) best = label;
  return best;
}
