const MOST = 65_535;

/** Labels by small numbers; 0 is none. What comes after 65,535 labels has no number and is no label. */
export class LabelIds {
  readonly #ids = new Map<string, number>();
  readonly #labels: string[] = [];

  /** True where there were more labels than are told apart. */
  overflow = false;

  idOf(label: string | null): number {
    if (label === null) return 0;
    const known = this.#ids.get(label);
    if (known !== undefined) return known;
    if (this.#labels.length === MOST) {
      this.overflow = true;
      return 0;
    }
    // A copy: a piece of a line would keep the whole line.
    const own = Buffer.from(label).toString();
    this.#labels.push(own);
    this.#ids.set(own, this.#labels.length);
    return this.#labels.length;
  }

  /** Different labels so far. */
  get count(): number {
    return this.#labels.length;
  }

  labelOf(id: number): string | null {
    return id === 0 ? null : this.#labels[id - 1]!;
  }
}
