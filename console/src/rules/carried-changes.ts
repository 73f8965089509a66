/** Changed rules that are being tried, so that editor and playground speak of the same. Never leaves the page's memory. */
let carried = '';

export function carryChanges(changes: string): void {
  carried = changes;
}

export function carriedChanges(): string {
  return carried;
}
