/** What this process has in flight: places taken by each principal, and what is reserved on each counter. */
export class InFlight {
  readonly #places = new Map<string, number>();
  readonly #reserved = new Map<string, number>();

  /** Takes a place; null when `most` are taken. The function gives it back, once. */
  enter(principal: string, most: number): (() => void) | null {
    const taken = this.#places.get(principal) ?? 0;
    if (taken >= most) return null;
    this.#places.set(principal, taken + 1);
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      const left = this.#places.get(principal)! - 1;
      if (left === 0) this.#places.delete(principal);
      else this.#places.set(principal, left);
    };
  }

  reserved(key: string): number {
    return this.#reserved.get(key) ?? 0;
  }

  addReserved(key: string, by: number): void {
    const sum = this.reserved(key) + by;
    if (sum <= 0) this.#reserved.delete(key);
    else this.#reserved.set(key, sum);
  }
}
